"""Bytes that no client should send: the server answers or closes, and serves the next one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regnb.server import Config, DirectoryStorage, create_app
from regnb.web.http_server import Server, serving

METHODS = ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "BREW", ""]
PATHS = ["/v2/", "/v2/w3/blobs/uploads/", "/v2/%2e%2e/tags/list", "/v2/w3/manifests/%00", "*", "//"]
HEADERS = [
    "Content-Length",
    "Content-Range",
    "Transfer-Encoding",
    "Range",
    "Accept",
    "Host",
    "\x00",
]
VALUES = ["-1", "1e9", "chunked", "bytes=9-1", "0-18446744073709551616", "a" * 9000, "", "\xff"]

lines = st.builds(lambda name, value: f"{name}: {value}", *map(st.sampled_from, (HEADERS, VALUES)))
requests = st.builds(
    lambda method, path, version, headers, body: (
        "\r\n".join([f"{method} {path} {version}", *headers, "", ""]).encode("latin-1") + body
    ),
    st.sampled_from(METHODS),
    st.sampled_from(PATHS) | st.text(alphabet="/%._-ab\x7f", max_size=40),
    st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/9.9", ""]),
    st.lists(lines, max_size=4),
    st.binary(max_size=200),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    store = tmp_path_factory.mktemp("fuzz")
    with serving(create_app(DirectoryStorage(store), Config(delete_enabled=True))) as running:
        yield running


def exchanged(server: Server, content: bytes) -> bytes:
    """What the server says to `content` and to the end of the connection."""
    answer = bytearray()
    with (
        socket.create_connection(("127.0.0.1", server.port), 20) as sock,
        suppress(ConnectionError),
    ):
        sock.sendall(content)
        sock.shutdown(socket.SHUT_WR)
        while block := sock.recv(65536):
            answer += block
    return bytes(answer)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=requests | st.binary(max_size=400))
def test_any_bytes_leave_the_registry_well(server: Server, content: bytes) -> None:
    answer = exchanged(server, content)
    assert b" 500 " not in answer.partition(b"\r\n")[0]
    assert exchanged(server, b"GET /v2/ HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 ")


def test_nothing_was_stored_by_them(server: Server) -> None:
    answer = exchanged(server, b"GET /v2/_catalog HTTP/1.0\r\n\r\n")
    assert answer.rstrip().endswith(b'{"repositories":[]}')
