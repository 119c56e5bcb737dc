"""`regnb serve` as a process, and its end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from regnb.oci import Digest
from regnb.server import Config
from regnb.server.runner import operations_server_of, server_of
from tests.web.calls import Caller, content_of, place_of, wait_for_offset


class Process:
    """`regnb serve` as a process, on a port that the system chose."""

    def __init__(self, store: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "regnb", "serve", "--delete", "--storage", str(store)]
        environment = {key: os.environ[key] for key in os.environ if key[:9] != "REGISTRY_"}
        self.process = subprocess.Popen(
            [*command, "--address", f"127.0.0.1:{self.port}"],
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        self.call = self._first_caller()

    def _first_caller(self) -> Caller:
        for _ in range(1000):
            caller = Caller(self.port)
            try:
                caller("GET", "/v2/")
            except OSError:
                time.sleep(0.01)
            else:
                return caller
        self.process.kill()
        raise TimeoutError

    def end(self, number: int) -> float:
        """Seconds until the process had ended after the signal."""
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(20)
        self.call.connection.close()
        return time.monotonic() - started


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it_with_an_upload_open(tmp_path: Path, number: int) -> None:
    running = Process(tmp_path)
    place = place_of(running.call("POST", "/v2/w3/blobs/uploads/"))
    with socket.create_connection(("127.0.0.1", running.port), 10) as sock:
        sock.sendall(f"PATCH {place} HTTP/1.1\r\nContent-Length: 1000\r\n\r\nhalf".encode())
        wait_for_offset(running.call, place, "0-3")
        assert running.end(number) < 5
    assert running.process.returncode == 0


def test_killed_in_a_push_it_has_what_it_acknowledged(tmp_path: Path) -> None:
    running = Process(tmp_path)
    kept = Digest.of(b"kept")
    assert running.call("POST", f"/v2/w3/blobs/uploads/?digest={kept}", b"kept").status == 201
    place = place_of(running.call("POST", "/v2/w3/blobs/uploads/"))
    assert running.call("PATCH", place, b"half").status == 202
    running.end(signal.SIGKILL)
    again = Process(tmp_path)
    try:
        assert content_of(again.call("GET", f"/v2/w3/blobs/{kept}")) == b"kept"
        assert again.call("GET", f"/v2/w3/blobs/{Digest.of(b'half')}").status == 404
        assert again.call("GET", place).status == 404
        assert not [path for path in (tmp_path / "uploads").glob("*/*") if path.name != "lock"]
    finally:
        again.end(signal.SIGKILL)


def test_debug_address_answers_health_and_metrics_and_no_content(tmp_path: Path) -> None:
    config = Config(
        "127.0.0.1:0", storage_directory=str(tmp_path / "store"), debug_address="127.0.0.1:0"
    )
    registry = server_of(config)
    operations = operations_server_of(registry, config, None)
    thread = threading.Thread(target=operations.serve, daemon=True)
    thread.start()
    caller = Caller(operations.port)
    try:
        assert {caller("GET", path).status for path in ("/debug/health", "/metrics")} == {200}
        for path in ("/", "/v2/", "/v2/_catalog", "/v2/w3/tags/list"):
            assert caller("GET", path).status == 404, path
        assert caller("POST", "/v2/w3/blobs/uploads/").status == 404
    finally:
        caller.connection.close()
        operations.stop()
        registry.stop()
        thread.join()
