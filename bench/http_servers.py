"""WSGI servers side by side: large uploads, large downloads, small requests, memory.

    python -m bench.http_servers

Needs the dependency group `bench`. Every server runs the same small application (an upload is
hashed, written and synced; a download is a file) with eight threads; `cheroot, exchanged parts` is
the server of `regnb.server.http_server`. The rounds are interleaved; shown are medians.
"""

from __future__ import annotations

import hashlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from bench.registry_speed import (
    CONNECTIONS,
    HEADS,
    LARGE,
    ask_heads,
    call,
    free_port,
    wait_for_answer,
)
from regnb.server.blobs import Slice

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROUNDS = 3
BLOCK = 256 * 1024
FILE = Path(tempfile.gettempdir()) / "http-servers-large"
STARTS = {
    "cheroot": "from cheroot.wsgi import Server; Server(('127.0.0.1', {port}), app, 8).start()",
    "cheroot, exchanged parts": (
        "from regnb.server.http_server import Server;"
        " server = Server(('127.0.0.1', {port}), app); server.prepare(); server.serve()"
    ),
    "gunicorn gthread": (
        "import sys; from gunicorn.app.wsgiapp import run;"
        " sys.argv[1:] = ['-k', 'gthread', '--threads', '8', '-b', '127.0.0.1:{port}',"
        " 'bench.http_servers:app']; run()"
    ),
    "granian": (
        "from granian import Granian; Granian('bench.http_servers:app', port={port},"
        " interface='wsgi', blocking_threads=8).serve()"
    ),
}


def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "PUT":
        start("201 Created", [("Content-Length", "0"), ("X-Digest", receive(environ))])
        return [b""]
    is_large = environ["PATH_INFO"] == "/large"
    size = str(FILE.stat().st_size if is_large else 0)
    start("200 OK", [("Content-Length", size), ("Content-Type", "application/octet-stream")])
    if not is_large:
        return [b""]
    wrapper: Callable[[FileIO, int], Iterable[bytes]]
    wrapper = environ.get("wsgi.file_wrapper", blocks_of)
    return wrapper(FILE.open("rb", buffering=0), BLOCK)


def receive(environ: WSGIEnvironment) -> str:
    left, hasher = int(environ["CONTENT_LENGTH"]), hashlib.sha256()
    with tempfile.TemporaryFile(buffering=0) as file:
        while block := environ["wsgi.input"].read(min(left, BLOCK)) if left else b"":
            left -= len(block)
            hasher.update(block)
            file.write(block)
        os.fsync(file.fileno())
    return hasher.hexdigest()


def blocks_of(file: FileIO, _size: int) -> Iterable[bytes]:
    return Slice(file, 0, FILE.stat().st_size)


@contextmanager
def running(name: str) -> Iterator[tuple[int, int]]:
    """Process and port of a server."""
    port = free_port()
    code = f"from bench.http_servers import app; {STARTS[name].format(port=port)}"
    nowhere = subprocess.DEVNULL
    with subprocess.Popen([sys.executable, "-c", code], stdout=nowhere, stderr=nowhere) as process:
        wait_for_answer(port)
        try:
            yield process.pid, port
        finally:
            process.terminate()


def memory_of(pid: int) -> float:
    """Most resident memory of a process and its children, in MiB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    status = Path(f"/proc/{pid}/status").read_text()
    own = int(status.split("VmHWM:")[1].split()[0]) / 1024
    return own + sum(memory_of(int(child)) for child in children)


def measure(name: str) -> dict[str, float]:
    started = time.perf_counter()
    with running(name) as (pid, port):
        numbers = {"start, s": time.perf_counter() - started}
        numbers["PUT, s"] = timed_put(port)
        numbers["GET, s"] = timed_get(port)
        numbers["HEAD, 1/s"] = heads(port)
        numbers["memory, MiB"] = memory_of(pid)
    return numbers


def timed_put(port: int) -> float:
    connection = HTTPConnection("127.0.0.1", port, blocksize=1024 * 1024)
    started = time.perf_counter()
    with FILE.open("rb") as file:
        headers = {"Content-Length": str(FILE.stat().st_size)}
        assert call(connection, "PUT", "/large", file, **headers).status == 201
    return time.perf_counter() - started


def timed_get(port: int) -> float:
    buffer = memoryview(bytearray(4 * 1024 * 1024))
    started = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = 0
        while count := sock.recv_into(buffer):
            received += count
    assert received > LARGE
    return time.perf_counter() - started


def heads(port: int) -> float:
    threads = [threading.Thread(target=ask_heads, args=(port,)) for _ in range(CONNECTIONS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return HEADS / (time.perf_counter() - started)


def main() -> None:
    FILE.write_bytes(os.urandom(LARGE))
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    try:
        for _ in range(ROUNDS):
            for name in STARTS:
                for column, number in measure(name).items():
                    found[name][column].append(number)
    finally:
        FILE.unlink()
    columns = list(next(iter(found.values())))
    print(f"{'':26}" + "".join(f"{column:>13}" for column in columns))
    for name, values in found.items():
        print(f"{name:26}" + "".join(f"{statistics.median(values[c]):13.2f}" for c in columns))


if __name__ == "__main__":
    main()
