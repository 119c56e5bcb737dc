"""HTTP client libraries side by side, on one loopback server: small requests, 200 MB each way.

    python -m bench.http_clients [PYTHON_WITH_NIQUESTS]

Needs the dependency group `bench`. The rounds are interleaved, so that what else the machine does
falls on all alike; shown are medians, and in brackets the ratio to urllib3. Every client keeps one
connection, reads and writes blocks of the same size, and says `Content-Length`. The first row is a
bare socket, which understands nothing of what it gets; the last are regnb's own client, whose
download is hashed and whose upload is two requests, and its way of doing thousands of small reads.
aiohttp runs in a thread of its own, as it would have to behind a client that is not asynchronous.
The last column is the time of the processor that a HEAD takes in the client.

niquests is measured in an environment of its own (group `bench-niquests`), when its Python is
given: it installs a fork of urllib3 in urllib3's place, which docker and requests would then use. A
HEAD takes 2.7 times as much of the processor as with urllib3, ten times as much as a small read.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection

import aiohttp
import httpx
import requests
import urllib3

from regnb.oci import Hasher
from regnb.registry import RegistryClient

SIZE = 200_000_000
BLOCK = 1 << 18
HEADS = 300
ROUNDS = 5


def serve(pipe: Connection) -> None:
    """Zeros for a GET, `201` for a PUT, an upload for a POST; tells its port through `pipe`."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        pipe.send(server.getsockname()[1])
        while True:
            connection, _ = server.accept()
            threading.Thread(target=answer, args=(connection,), daemon=True).start()


def answer(connection: socket.socket) -> None:
    buffer = memoryview(bytearray(1 << 20))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, connection.makefile("rb") as stream:
        while line := stream.readline():
            length = 0
            while (header := stream.readline()) not in {b"\r\n", b""}:
                if header.lower().startswith(b"content-length:"):
                    length = int(header.partition(b":")[2])
            while length:
                length -= stream.readinto1(buffer[:length]) or length
            reply(connection, line.partition(b" ")[0])


def reply(connection: socket.socket, method: bytes) -> None:
    status = {b"PUT": b"201 Created", b"POST": b"202 Accepted"}.get(method, b"200 OK")
    size = SIZE if method in {b"GET", b"HEAD"} else 0
    head = b"HTTP/1.1 %b\r\nContent-Length: %d\r\nLocation: /up\r\n\r\n" % (status, size)
    connection.sendall(head)
    if method == b"GET":
        block = bytes(BLOCK)
        for start in range(0, SIZE, BLOCK):
            connection.sendall(block[: SIZE - start])


def zeros() -> Iterator[bytes]:
    block = bytes(BLOCK)
    for start in range(0, SIZE, BLOCK):
        yield block[: SIZE - start]


class Zeros:
    """The same with a length, without which requests says no `Content-Length`."""

    def __len__(self) -> int:
        return SIZE

    def __iter__(self) -> Iterator[bytes]:
        return zeros()


@dataclass
class Client:
    """A library's ways to do the three things; each returns once the answer is there."""

    head: Callable[[], object]
    get: Callable[[], int]
    put: Callable[[], object]


LENGTH = {"Content-Length": str(SIZE)}


def socket_client(url: str) -> Client:
    host, _, port = url.rpartition("/")[2].partition(":")
    connection = socket.create_connection((host, int(port)))
    buffer = bytearray(BLOCK)

    def ask(method: bytes, length: int = 0) -> None:
        connection.sendall(b"%b / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (method, length))

    def end_of_headers() -> int:
        """Bytes of the body that came along."""
        got = b""
        while b"\r\n\r\n" not in got:
            got += connection.recv(BLOCK)
        return len(got.partition(b"\r\n\r\n")[2])

    def head() -> None:
        ask(b"HEAD")
        end_of_headers()

    def get() -> int:
        ask(b"GET")
        size = end_of_headers()
        while size < SIZE:
            size += connection.recv_into(buffer)
        return size

    def put() -> None:
        ask(b"PUT", SIZE)
        for block in zeros():
            connection.sendall(block)
        end_of_headers()

    return Client(head, get, put)


def urllib3_client(url: str) -> Client:
    pool = urllib3.PoolManager(retries=False, blocksize=BLOCK)

    def get() -> int:
        response = pool.request("GET", url, preload_content=False, decode_content=False)
        return sum(map(len, response.stream(BLOCK)))

    return Client(
        head=lambda: pool.request("HEAD", url),
        get=get,
        put=lambda: pool.request("PUT", url, body=zeros(), headers=LENGTH),
    )


def requests_client(url: str) -> Client:
    session = requests.Session()

    def get() -> int:
        with session.get(url, stream=True) as response:
            return sum(map(len, response.iter_content(BLOCK)))

    return Client(
        head=lambda: session.head(url),
        get=get,
        put=lambda: session.put(url, data=Zeros()),
    )


def httpx_client(url: str) -> Client:
    session = httpx.Client(timeout=30)

    def get() -> int:
        with session.stream("GET", url) as response:
            return sum(map(len, response.iter_raw(BLOCK)))

    return Client(
        head=lambda: session.head(url),
        get=get,
        put=lambda: session.put(url, content=zeros(), headers=LENGTH),
    )


def regnb_client(url: str) -> Client:
    hasher = Hasher()
    for block in zeros():
        hasher.update(block)
    digest = hasher.digest
    client = RegistryClient(url)
    return Client(
        head=lambda: client.blob_exists("w3", digest),
        get=lambda: sum(map(len, client.stream_blob("w3", digest))),
        put=lambda: client.upload_blob("w3", digest, zeros(), size=SIZE),
    )


def aiohttp_client(url: str) -> Client:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    async def opened() -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    session = asyncio.run_coroutine_threadsafe(opened(), loop).result()

    async def head() -> None:
        async with session.head(url):
            pass

    async def get() -> int:
        async with session.get(url) as response:
            return sum([len(block) async for block in response.content.iter_chunked(BLOCK)])

    async def blocks() -> AsyncIterator[bytes]:
        for block in zeros():
            yield block

    async def put() -> None:
        async with session.put(url, data=blocks(), headers=LENGTH):
            pass

    return Client(
        head=lambda: asyncio.run_coroutine_threadsafe(head(), loop).result(),
        get=lambda: asyncio.run_coroutine_threadsafe(get(), loop).result(),
        put=lambda: asyncio.run_coroutine_threadsafe(put(), loop).result(),
    )


def regnb_small_reads(url: str) -> Client:
    digest = Hasher().digest
    client = regnb_client(url)
    fast = ExitStack().enter_context(RegistryClient(url).reading_fast())
    return Client(head=lambda: fast.blob_exists("w3", digest), get=client.get, put=client.put)


CLIENTS = {
    "socket": socket_client,
    "urllib3": urllib3_client,
    "requests": requests_client,
    "httpx": httpx_client,
    "aiohttp": aiohttp_client,
    "regnb": regnb_client,
    "small reads": regnb_small_reads,
}


def measure(client: Client) -> tuple[float, float, float, float]:
    """Requests a second, then megabytes a second down and up, and microseconds of processor."""
    started, before = time.perf_counter(), time.process_time()
    for _ in range(HEADS):
        client.head()
    after_heads, used = time.perf_counter(), time.process_time() - before
    assert client.get() == SIZE
    after_get = time.perf_counter()
    client.put()
    after_put = time.perf_counter()
    megabytes = SIZE / 1e6
    down, up = after_get - after_heads, after_put - after_get
    return HEADS / (after_heads - started), megabytes / down, megabytes / up, used / HEADS * 1e6


@contextmanager
def other_python(python: str, url: str) -> Iterator[Callable[[], list[float]]]:
    """Measures niquests once for each call, by that Python."""
    words = [python, "-m", "bench.http_niquests", url, *map(str, (SIZE, BLOCK, HEADS))]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin
        assert process.stdout
        asking, answers = process.stdin, process.stdout

        def measured() -> list[float]:
            print(file=asking, flush=True)
            return [float(number) for number in json.loads(answers.readline())]

        yield measured


def main(*pythons: str) -> None:
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{ours.recv()}"
    clients: dict[str, Callable[[], Sequence[float]]] = {
        name: partial(measure, make(url)) for name, make in CLIENTS.items()
    }
    with ExitStack() as stack:
        for python in pythons:
            clients["niquests"] = stack.enter_context(other_python(python, url))
        rounds: dict[str, list[Sequence[float]]] = {name: [] for name in clients}
        for _ in range(ROUNDS):
            for name, measure_once in clients.items():
                rounds[name].append(measure_once())
    server.terminate()
    show({name: [statistics.median(column) for column in zip(*rows, strict=True)]
          for name, rows in rounds.items()})  # fmt: skip


def show(medians: dict[str, list[float]]) -> None:
    print(f"{'':12}{'HEAD/s':>16}{'GET MB/s':>16}{'PUT MB/s':>16}{'HEAD CPU µs':>16}")
    for name, values in medians.items():
        cells = (
            f"{value:.0f} ({value / base:.2f})"
            for value, base in zip(values, medians["urllib3"], strict=True)
        )
        print(f"{name:12}" + "".join(f"{cell:>16}" for cell in cells))


if __name__ == "__main__":
    main(*sys.argv[1:])
