"""The registry behind sockets: framing, clients that misbehave, and the end of the process."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from regnb.oci import Digest
from regnb.server import Config, DirectoryStorage, create_app
from regnb.server.http_server import Server, serving
from regnb.server.runner import operations_server_of, server_of

BLOB = bytes(range(256)) * 4096


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    app = create_app(DirectoryStorage(tmp_path / "store"), Config(delete_enabled=True))
    with serving(app) as running:
        yield running


class Caller:
    """One connection that is kept."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def __call__(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> http.client.HTTPResponse:
        self.connection.request(method, path, body, headers)  # type: ignore[arg-type]
        answer = self.connection.getresponse()
        answer.content = answer.read()  # type: ignore[attr-defined]
        return answer


@pytest.fixture
def call(server: Server) -> Iterator[Caller]:
    caller = Caller(server.port)
    yield caller
    caller.connection.close()


def place_of(answer: http.client.HTTPResponse) -> str:
    return answer.headers["Location"]


def in_chunks(content: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def content_of(answer: http.client.HTTPResponse) -> bytes:
    return answer.content  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("size", [1000, 32 * 1024, 300_000])
def test_chunked_body_keeps_the_connection(call: Caller, size: int) -> None:
    place = place_of(call("POST", "/v2/w3/blobs/uploads/"))
    assert call("PATCH", place, in_chunks(BLOB, size)).status == 202
    digest = Digest.of(BLOB)
    assert call("PUT", f"{place}?digest={digest}", b"").status == 201
    assert content_of(call("GET", f"/v2/w3/blobs/{digest}")) == BLOB


def test_range_of_a_file(call: Caller) -> None:
    digest = Digest.of(BLOB)
    call("POST", f"/v2/w3/blobs/uploads/?digest={digest}", BLOB)
    answer = call("GET", f"/v2/w3/blobs/{digest}", Range="bytes=1000-300999")
    assert (answer.status, content_of(answer)) == (206, BLOB[1000:301000])


def test_refused_body_is_answered_and_the_connection_closed(call: Caller) -> None:
    answer = call("PUT", "/v2/UPPER/manifests/1.0", b"x" * 5_000_000)
    assert (answer.status, answer.headers["Connection"]) == (400, "close")
    assert b"NAME_INVALID" in content_of(answer)
    assert call("GET", "/v2/").status == 200


def test_refused_chunked_body_is_not_taken_for_a_request(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10) as sock:
        sock.sendall(
            b"PATCH /v2/w3/blobs/uploads/absent HTTP/1.1\r\nHost: x\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
            b"28\r\nGET /v2/_catalog HTTP/1.1\r\nHost: x\r\n\r\n  \r\n0\r\n\r\n"
        )
        received = b"".join(iter(lambda: sock.recv(65536), b""))
    assert received.count(b"HTTP/1.1") == 1
    assert b"BLOB_UPLOAD_UNKNOWN" in received


def test_expected_continue(server: Server) -> None:
    digest = Digest.of(b"hello")
    with socket.create_connection(("127.0.0.1", server.port), 10) as sock:
        sock.sendall(
            f"POST /v2/w3/blobs/uploads/?digest={digest} HTTP/1.1\r\nHost: x\r\n"
            "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n".encode()
        )
        assert sock.recv(100).startswith(b"HTTP/1.1 100")
        sock.sendall(b"hello")
        assert sock.recv(1000).startswith(b"HTTP/1.1 201")


def wait_for_offset(call: Caller, place: str, expected: str) -> str:
    for _ in range(200):
        found = call("GET", place).headers["Range"]
        if found == expected:
            break
        time.sleep(0.02)
    return found


@pytest.mark.parametrize("framing", ["Content-Length: 1000", "Transfer-Encoding: chunked"])
def test_client_that_goes_away_has_not_finished(server: Server, call: Caller, framing: str) -> None:
    place = place_of(call("POST", "/v2/w3/blobs/uploads/"))
    digest = Digest.of(b"x" * 500)
    head = f"PUT {place}?digest={digest} HTTP/1.1\r\nHost: x\r\n{framing}\r\n\r\n".encode()
    body = b"1f4\r\n" + b"x" * 500 + b"\r\n" if "chunked" in framing else b"x" * 500
    with socket.create_connection(("127.0.0.1", server.port), 10) as sock:
        sock.sendall(head + body)
    # Of a chunked body, a block that did not come whole is not kept.
    expected = "0-0" if "chunked" in framing else "0-499"
    assert wait_for_offset(call, place, expected) == expected
    assert call("HEAD", f"/v2/w3/blobs/{digest}").status == 404


def test_slow_clients_keep_nobody_out(server: Server, call: Caller) -> None:
    slow = []
    for number in range(60):
        sock = socket.create_connection(("127.0.0.1", server.port), 10)
        sock.sendall(b"PUT /v2/w3/manifests/1 HTTP/1.1\r\nContent-Length: 9\r\n"[: 20 + number])
        slow.append(sock)
    try:
        assert call("GET", "/v2/").status == 200
    finally:
        for sock in slow:
            sock.close()


@pytest.mark.parametrize(
    "request_",
    [
        b"GET\r\n\r\n",
        b"GET /v2/ HTTP/9.9\r\n\r\n",
        b"GET /v2/ HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /v2/ HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"GET /v2/ HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"GET /v2/" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /v2/ HTTP/1.1\r\n" + b"A: " + b"b" * 100_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n",
        b"PATCH /v2/a/blobs/uploads/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_broken_request_ends_its_connection_alone(
    server: Server, call: Caller, request_: bytes
) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10) as sock:
        sock.sendall(request_)
        received = b"".join(iter(lambda: sock.recv(65536), b""))
    assert received[:12] in {
        b"HTTP/1.1 400",
        b"HTTP/1.0 400",
        b"HTTP/1.1 505",
        b"HTTP/1.0 505",
        b"HTTP/1.1 501",
        b"HTTP/1.1 413",
        b"HTTP/1.0 414",
        b"HTTP/1.1 404",
        b"HTTP/1.1 414",
        b"HTTP/1.0 413",
    }
    assert call("GET", "/v2/").status == 200


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
