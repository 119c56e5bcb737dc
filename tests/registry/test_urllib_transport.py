from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Protocol

import pytest
from urllib3.connection import HTTPConnection

from regnb.errors import (
    ConnectionLost,
    HostUnknown,
    InvalidAnswer,
    NotARegistry,
    RegistryError,
    RegistryTimedOut,
    RegistryUnreachable,
    RegnbError,
)
from regnb.oci import Digest
from regnb.registry import RegistryClient
from tests.accelerators import accelerators
from tests.free_port import free_port
from tests.registry.conftest import FAST

ANYTHING = Digest.of(b"anything")
OK = b"HTTP/1.1 200 OK\r\nDocker-Distribution-Api-Version: registry/2.0\r\n"


@contextmanager
def speaking(talk: Callable[[socket.socket], object]) -> Iterator[str]:
    """The address of a server that says `talk` to each connection after reading a request."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection, suppress(OSError):
                    connection.settimeout(5)
                    connection.recv(65_536)
                    talk(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def saying(*parts: bytes) -> Callable[[socket.socket], object]:
    return lambda connection: connection.sendall(b"".join(parts))


class Connect(Protocol):
    """Gives a client of the registry at `url`."""

    def __call__(self, url: str, *, timeout: float = 10.0) -> RegistryClient: ...


@pytest.fixture(params=["any size", *FAST])
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Clients by both ways through the network, closed after the test."""
    with ExitStack() as stack:

        def open_one(url: str, *, timeout: float = 10.0) -> RegistryClient:
            client = stack.enter_context(RegistryClient(url, timeout=timeout))
            if request.param not in FAST:
                return client
            stack.enter_context(accelerators(FAST[request.param]))
            return stack.enter_context(client.reading_fast())

        yield open_one


ANSWERS: dict[str, tuple[bytes, type[RegnbError]]] = {
    "closed at once": (b"", ConnectionLost),
    "other protocol": (b"SSH-2.0-OpenSSH_9.2p1\r\n", NotARegistry),
    "line without end": (b"HTTP/1.1 " + b"a" * 70_000, NotARegistry),
    "headers without end": (OK + b"X: y\r\n" * 200_000, NotARegistry),
    "lengths that differ": (OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", NotARegistry),
    "cut in the body": (OK + b"Content-Length: 100\r\n\r\nstart", ConnectionLost),
    "cut in a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n64\r\nstart", ConnectionLost),
    "chunk of no size": (OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", ConnectionLost),
}


@pytest.mark.parametrize(("answer", "kind"), ANSWERS.values(), ids=ANSWERS)
def test_broken_answer_is_told(connect: Connect, answer: bytes, kind: type[RegistryError]) -> None:
    with speaking(saying(answer)) as url, connect(url) as client:
        with pytest.raises(RegistryError) as caught:
            client.get_blob("w3", ANYTHING)
        assert type(caught.value) is kind
        assert caught.value.url == f"{url}/v2/w3/blobs/{ANYTHING}"
        assert "urllib3" not in str(caught.value)


def test_answer_of_a_server_that_never_reads(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request cannot be sent any more when it is, and the answer is there all the same."""
    connected, said = threading.Event(), threading.Event()
    connect_only = HTTPConnection.connect

    def connect_and_wait(self: HTTPConnection) -> None:
        connect_only(self)
        connected.set()
        assert said.wait(10)

    monkeypatch.setattr(HTTPConnection, "connect", connect_and_wait)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer_at_once() -> None:
            connection, _ = server.accept()
            connected.wait(10)
            connection.sendall(OK + b"Content-Length: 2\r\n\r\n{}")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()  # at once, by a reset
            said.set()

        thread = threading.Thread(target=answer_at_once)
        thread.start()
        with connect(f"http://127.0.0.1:{server.getsockname()[1]}") as client:
            assert client.ping() == "registry/2.0"
        thread.join()


def test_refused_port_is_told_quickly(connect: Connect) -> None:
    started = time.monotonic()
    with connect(f"http://localhost:{free_port()}", timeout=60) as client:
        with pytest.raises(RegistryUnreachable) as caught:
            client.ping()
        assert time.monotonic() - started < client.timeout / 2
        assert type(caught.value) is RegistryUnreachable
        assert caught.value.url == f"{client.url}/v2/"


def test_host_without_an_address(connect: Connect) -> None:
    with connect("http://registry.invalid:5000") as client, pytest.raises(HostUnknown):
        client.ping()


def test_answer_that_does_not_come(connect: Connect) -> None:
    done = threading.Event()
    with speaking(lambda _: bool(done.wait(10))) as url:
        with connect(url, timeout=0.2) as client, pytest.raises(RegistryTimedOut):
            client.ping()
        done.set()


def test_body_that_does_not_go_on(connect: Connect) -> None:
    done = threading.Event()

    def stall(connection: socket.socket) -> None:
        connection.sendall(OK + b"Content-Length: 100\r\n\r\nstart")
        done.wait(10)

    with speaking(stall) as url, connect(url, timeout=0.2) as client:
        blocks = client.stream_blob("w3", ANYTHING)
        assert next(blocks) == b"start"
        with pytest.raises(RegistryTimedOut):
            next(blocks)
        done.set()


def test_upload_that_is_cut(connect: Connect) -> None:
    def open_then_cut(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 202 Accepted\r\nLocation: /up\r\nContent-Length: 0\r\n\r\n")
        connection.recv(1000)

    with speaking(open_then_cut) as url, connect(url) as client:
        with pytest.raises(ConnectionLost) as caught:
            client.put_blob("w3", bytes(20_000_000))
        assert caught.value.method == "PUT"


def test_refusal_before_the_upload_is_read() -> None:
    def refuse(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 202 Accepted\r\nLocation: /up\r\nContent-Length: 0\r\n\r\n")
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1 << 20):
            pass

    with speaking(refuse) as url, RegistryClient(url) as client:
        with pytest.raises(RegistryError) as caught:
            client.put_blob("w3", bytes(20_000_000))
        assert caught.value.status == 413


def test_connection_is_kept_and_replaced_when_closed(connect: Connect) -> None:
    connections: list[int] = []

    def answer_three_times(connection: socket.socket) -> None:
        connections.append(1)
        for _ in range(3):
            connection.sendall(OK + b"Content-Length: 2\r\n\r\n{}")
            connection.recv(65_536)

    with speaking(answer_three_times) as url, connect(url) as client:
        for _ in range(3):
            client.ping()
        assert len(connections) == 1


def test_close_ends_what_was_kept(connect: Connect) -> None:
    ended = threading.Event()

    def answer(connection: socket.socket) -> None:
        connection.sendall(OK + b"Content-Length: 2\r\n\r\n{}")
        if connection.recv(1) == b"":
            ended.set()

    with speaking(answer) as url:
        client = connect(url)
        client.ping()
        assert not ended.wait(0.05)
        client.close()
        assert ended.wait(4)


def test_read_is_repeated_when_a_kept_connection_ends(connect: Connect) -> None:
    answers = iter([b"", OK + b"Content-Length: 2\r\n\r\n{}"])

    def answer(connection: socket.socket) -> None:
        connection.sendall(next(answers))

    with speaking(answer) as url, connect(url) as client:
        assert client.ping() == "registry/2.0"


def test_write_is_not_repeated(connect: Connect) -> None:
    asked: list[socket.socket] = []
    with speaking(asked.append) as url, connect(url) as client:
        with pytest.raises(ConnectionLost):
            client.start_upload("w3")
        assert len(asked) == 1


def test_registry_that_was_restarted_is_reached_again(connect: Connect) -> None:
    with speaking(saying(OK, b"Content-Length: 2\r\n\r\n{}")) as url, connect(url) as client:
        for _ in range(3):
            assert client.ping() == "registry/2.0"
            time.sleep(0.05)


def test_redirect_to_an_impossible_host_is_told(connect: Connect) -> None:
    moved = saying(b"HTTP/1.1 307 x\r\nLocation: http://a b/\r\nContent-Length: 0\r\n\r\n")
    with speaking(moved) as url, connect(url) as client, pytest.raises(InvalidAnswer):
        client.get_blob("w3", ANYTHING)
