"""Compare `regnb serve` with Debian's docker-registry: `python -m bench.registry_speed [ROUNDS]`.

Both run on this machine, in turn, each round on fresh storage. Printed are medians and the ratio
of regnb to docker-registry; for seconds less is better, for MB/s and requests/s more.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import BinaryIO

from bench.harness import Ratio
from bench.servers import distribution, free_port, regnb, wait_for_answer

LARGE = 500_000_000
SMALL_LAYERS = 200
SMALL = 10_000
CONNECTIONS = 8
HEADS = 4000
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
# It stays in the processor's cache: with a larger one, the client is what is measured.
RECEIVE_BUFFER = 256 * 1024


@contextmanager
def running(command: Callable[[Path, int], list[str]], numbers: dict[str, float]) -> Iterator[int]:
    """The port of a registry on fresh storage; notes its start and its memory."""
    store, port = Path(tempfile.mkdtemp(prefix="registry-speed-")), free_port()
    arguments = command(store, port)
    # Compiled once, as an installed package is; some containers switch that off.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    started = time.perf_counter()
    with subprocess.Popen(
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        wait_for_answer(port)
        numbers["start to first answer, s"] = time.perf_counter() - started
        try:
            yield port
            status = Path(f"/proc/{process.pid}/status").read_text()
            numbers["most memory, MiB"] = int(status.split("VmHWM:")[1].split()[0]) / 1024
        finally:
            process.terminate()
            process.wait()
            shutil.rmtree(store)


def call(
    connection: HTTPConnection,
    method: str,
    path: str,
    body: bytes | BinaryIO | None = None,
    **headers: str,
) -> HTTPResponse:
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer


def upload_place(connection: HTTPConnection, port: int, digest: str) -> str:
    place = call(connection, "POST", "/v2/speed/blobs/uploads/").headers["Location"]
    place = place.removeprefix(f"http://127.0.0.1:{port}")
    return f"{place}{'&' if '?' in place else '?'}digest={digest}"


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def push(connection: HTTPConnection, port: int, content: bytes) -> str:
    digest = digest_of(content)
    answer = call(connection, "PUT", upload_place(connection, port, digest), content)
    assert answer.status == 201, answer.status
    return digest


def push_large(port: int, path: Path, digest: str) -> float:
    connection = HTTPConnection("127.0.0.1", port, blocksize=1024 * 1024)
    started = time.perf_counter()
    place = upload_place(connection, port, digest)
    with path.open("rb") as file:
        length = {"Content-Length": str(LARGE)}
        answer = call(connection, "PUT", place, file, **length)
    assert answer.status == 201, answer.status
    return time.perf_counter() - started


def push_small(port: int) -> float:
    connection = HTTPConnection("127.0.0.1", port)
    layers = [os.urandom(SMALL) for _ in range(SMALL_LAYERS)]
    started = time.perf_counter()
    for layer in layers:
        digest = digest_of(layer)
        assert call(connection, "HEAD", f"/v2/speed/blobs/{digest}").status == 404
        push(connection, port, layer)
    return time.perf_counter() - started


def get_large(port: int, digest: str) -> float:
    """Megabytes a second, received and thrown away."""
    buffer = memoryview(bytearray(RECEIVE_BUFFER))
    with socket.create_connection(("127.0.0.1", port)) as sock:
        request = f"GET /v2/speed/blobs/{digest} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        started = time.perf_counter()
        sock.sendall(request.encode())
        received = 0
        while count := sock.recv_into(buffer):
            received += count
    assert received > LARGE
    return received / 1e6 / (time.perf_counter() - started)


def heads(port: int) -> float:
    """HEADs of a manifest a second, over eight connections."""
    connection = HTTPConnection("127.0.0.1", port)
    config = push(connection, port, b"{}")
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": "application/x", "digest": config, "size": 2},
            "layers": [],
        }
    ).encode()
    headers = {"Content-Type": MANIFEST}
    answer = call(connection, "PUT", "/v2/speed/manifests/1", manifest, **headers)
    assert answer.status == 201, answer.status
    threads = [threading.Thread(target=ask_heads, args=(port,)) for _ in range(CONNECTIONS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return HEADS / (time.perf_counter() - started)


def ask_heads(port: int) -> None:
    request = f"HEAD /v2/speed/manifests/1 HTTP/1.1\r\nHost: x\r\nAccept: {MANIFEST}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port)) as sock:
        for _ in range(HEADS // CONNECTIONS):
            sock.sendall(request.encode())
            answer = sock.recv(4096)
            while not answer.endswith(b"\r\n\r\n"):
                answer += sock.recv(4096)
            assert b" 200 " in answer[:20], answer


def measure(
    command: Callable[[Path, int], list[str]], large: Path, digest: str
) -> dict[str, float]:
    numbers: dict[str, float] = {}
    with running(command, numbers) as port:
        numbers["push of 500 MB, s"] = push_large(port, large, digest)
        numbers["push of 200 small layers, s"] = push_small(port)
        get_large(port, digest)
        numbers["GET of 500 MB, MB/s"] = statistics.median(
            get_large(port, digest) for _ in range(3)
        )
        numbers["HEAD of a manifest, 1/s"] = heads(port)
    return numbers


def ratios(rounds: int) -> Iterator[Ratio]:
    """Each number of regnb over that of docker-registry."""
    for name, values in compared(rounds).items():
        what, _, unit = name.rpartition(", ")
        ours, theirs = values["regnb"], values["distribution"]
        more = unit in {"MB/s", "1/s"}
        yield Ratio(f"{what}: regnb / docker-registry", ours, theirs, unit, more_is_better=more)


def compared(rounds: int) -> dict[str, dict[str, list[float]]]:
    """The numbers of both, round by round."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "large"
        content = os.urandom(LARGE)
        large.write_bytes(content)
        digest = digest_of(content)
        del content
        with running(regnb, {}):
            pass  # so that it is compiled
        for _ in range(rounds):
            for command in (distribution, regnb):
                for name, number in measure(command, large, digest).items():
                    found[name][command.__name__].append(number)
    return found


def main() -> None:
    found = compared(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    print(f"{'':30}{'docker-registry':>16}{'regnb':>10}{'ratio':>8}")
    for name, values in found.items():
        theirs, ours = (statistics.median(values[key]) for key in ("distribution", "regnb"))
        print(f"{name:30}{theirs:16.2f}{ours:10.2f}{ours / theirs:8.2f}")


if __name__ == "__main__":
    main()
