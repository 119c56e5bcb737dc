"""The two registries, each in a process of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

ANSWER_SECONDS = 30


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def regnb(store: Path, port: int) -> list[str]:
    beside = Path(sys.executable).with_name("regnb")
    return [str(beside), "serve", "--address", f"127.0.0.1:{port}", "--storage", str(store)]


def distribution(store: Path, port: int) -> list[str]:
    config = store.with_suffix(".yml")
    config.write_text(
        f"version: 0.1\nlog: {{level: error}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n"
        f"storage: {{filesystem: {{rootdirectory: '{store}'}}}}\n"
    )
    return ["docker-registry", "serve", str(config)]


def wait_for_answer(port: int) -> None:
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        try:
            connection = HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/v2/")
            connection.getresponse().read()
            connection.close()
        except OSError:
            time.sleep(0.002)
        else:
            return
    raise TimeoutError(f"No registry answers on port {port}.")


@contextmanager
def running(command: Callable[[Path, int], list[str]], store: Path) -> Iterator[int]:
    """The port of a registry on `store`, which is there already."""
    port = free_port()
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command(store, port), **silent) as process:  # type: ignore[call-overload]
        try:
            wait_for_answer(port)
            yield port
        finally:
            process.terminate()
