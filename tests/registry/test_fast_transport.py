"""What reads many small answers: what it does itself, and what it leaves to the one beneath."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import pytest
from urllib3 import HTTPHeaderDict
from werkzeug import Response as Answer

from regnb.errors import NotARegistry
from regnb.registry import Request, Response
from regnb.web.http_server import serving
from tests.registry.apps import TableApp, serve
from tests.registry.test_urllib_transport import saying, speaking

httptools = pytest.importorskip("httptools")

from regnb.registry.fast_transport import FastTransport  # noqa: E402 - needs httptools


class Beneath:
    """Answers 418, and remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def send(self, request: Request) -> Response:
        self.given.append(request.method)
        return Response(418, HTTPHeaderDict(), iter(()), lambda: None)

    def close(self) -> None:
        """Nothing."""


@pytest.fixture
def beneath() -> Beneath:
    return Beneath()


@pytest.fixture
def fast(beneath: Beneath) -> Iterator[FastTransport]:
    transport = FastTransport(beneath, ssl.create_default_context, is_direct=lambda _: True)
    yield transport
    transport.close()


def test_reads_are_its_own_and_the_rest_goes_beneath(fast: FastTransport, beneath: Beneath) -> None:
    with serve(TableApp({"GET /v2/": Answer("{}"), "HEAD /v2/": Answer("{}")})) as url:
        for method, body, status in (
            ("GET", None, 200),
            ("HEAD", None, 200),
            ("GET", b"body", 418),
            ("PUT", b"body", 418),
            ("DELETE", None, 418),
        ):
            with fast.send(Request(method, f"{url}/v2/", {}, body, timeout=5)) as response:
                assert response.status == status
    assert beneath.given == ["GET", "PUT", "DELETE"]


def test_proxied_reads_go_beneath(beneath: Beneath) -> None:
    fast = FastTransport(beneath, ssl.create_default_context, is_direct=lambda _: False)
    assert fast.send(Request("GET", "http://localhost:1/", timeout=5)).status == 418


def test_connection_is_kept_after_a_small_rest_alone(fast: FastTransport) -> None:
    app = TableApp({"GET /small": Answer(bytes(1000)), "GET /large": Answer(bytes(1 << 20))})
    with serving(app) as server:
        ports = []
        for path in ("small", "small", "large", "small"):
            url = f"http://localhost:{server.port}/{path}"
            fast.send(Request("GET", url, timeout=5)).close()
            ports.append(app.asked[-1].environ["REMOTE_PORT"])
    assert ports[0] == ports[1] == ports[2] != ports[3]


@pytest.mark.parametrize(
    ("target", "headers"),
    [("/v2/", {"A": "b\r\nC: d"}), ("/v2/\r\nX: y", {})],
    ids=["header", "address"],
)
def test_lines_cannot_be_smuggled_in(
    fast: FastTransport, target: str, headers: dict[str, str]
) -> None:
    with speaking(saying(b"HTTP/1.1 200 OK\r\n\r\n")) as url, pytest.raises(NotARegistry):
        fast.send(Request("GET", url + target, headers, timeout=5))


def test_headers_without_end_are_given_up(fast: FastTransport) -> None:
    lines = (
        b"A%d: " % number + bytes(1000).replace(b"\0", b"x") + b"\r\n" for number in range(400)
    )
    with (
        speaking(saying(b"HTTP/1.1 200 OK\r\n", *lines, b"\r\n")) as url,
        pytest.raises(NotARegistry),
    ):
        fast.send(Request("GET", f"{url}/v2/", timeout=5))


def test_announcement_is_no_answer(fast: FastTransport) -> None:
    parts = (b"HTTP/1.1 103 Early Hints\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    with (
        speaking(saying(*parts)) as url,
        fast.send(Request("GET", f"{url}/v2/", timeout=5)) as response,
    ):
        assert (response.status, response.read(10)) == (200, b"{}")
