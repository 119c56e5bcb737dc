"""The registry behind sockets: framing, clients that misbehave, and connections that are lent."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regnb.oci import Digest
from regnb.server import Config, DirectoryStorage, create_app
from regnb.web.http_server import CONNECTION, Server, serving
from tests.web.calls import Caller, content_of, place_of, wait_for_offset

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BLOB = bytes(range(256)) * 4096


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    app = create_app(DirectoryStorage(tmp_path / "store"), Config(delete_enabled=True))
    with serving(app) as running:
        yield running


@pytest.fixture
def call(server: Server) -> Iterator[Caller]:
    caller = Caller(server.port)
    yield caller
    caller.connection.close()


def in_chunks(content: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


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


def test_who_asks_to_upgrade_gets_the_connection_alone() -> None:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("101 UPGRADED", [("Upgrade", "tcp"), ("Connection", "Upgrade")])
        environ[CONNECTION].sendall(b"")
        return [b"said"]

    with serving(app) as server, socket.create_connection(("127.0.0.1", server.port), 10) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\n\r\n")
        received = b"".join(iter(lambda: sock.recv(65536), b""))
    assert received.endswith(b"\r\n\r\nsaid")


@pytest.mark.parametrize("size", [4, 1 << 20])
@pytest.mark.parametrize("is_read", [True, False])
def test_stream_is_whole_whatever_is_unread_of_the_request(size: int, is_read: bool) -> None:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"first"
        if is_read:
            assert len(environ["wsgi.input"].read()) == size
        yield b"last"

    with serving(app) as server:
        caller = Caller(server.port)
        for _ in range(2):
            assert content_of(caller("POST", "/", bytes(size))) == b"firstlast"
        caller.connection.close()


def test_little_that_is_unread_keeps_the_connection(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10) as sock:
        for _ in range(3):
            sock.sendall(b"POST /v2/ HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nnull")
            assert sock.recv(12) == b"HTTP/1.1 405"
            wait_for_end(sock)


def wait_for_end(sock: socket.socket) -> None:
    received = b""
    while not received.endswith(b"}\n"):
        received += sock.recv(65536)
