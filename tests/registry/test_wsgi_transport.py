from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from wsgiref.validate import validator

import pytest
from werkzeug import Request as WsgiRequest
from werkzeug import Response as WsgiResponse

from regnb.registry import Request, WsgiTransport

URL = "http://registry.test:5000"


@WsgiRequest.application
def echo(request: WsgiRequest) -> WsgiResponse:
    parts = (request.method, request.host, request.path, request.query_string.decode())
    headers = {"X-Seen": " ".join(parts), "X-Sent": request.headers.get("X-Sent", "")}
    return WsgiResponse(request.get_data(), headers=headers)


def test_app_gets_a_correct_environ() -> None:
    transport = WsgiTransport(validator(echo))
    request = Request("PUT", f"{URL}/v2/a/b?digest=sha256%3A1", {"X-Sent": "yes"}, b"body")
    with transport.send(request) as response:
        assert response.read(100) == b"body"
    assert response.headers["x-seen"] == "PUT registry.test:5000 /v2/a/b digest=sha256%3A1"
    assert response.headers["x-sent"] == "yes"


def test_path_reaches_the_app_unquoted() -> None:
    with WsgiTransport(echo).send(Request("GET", f"{URL}/v2/caf%C3%A9%2Fx?a=%20")) as response:
        assert response.headers["x-seen"] == "GET registry.test:5000 /v2/café/x a=%20"


def test_body_streams_in() -> None:
    taken: list[int] = []

    def blocks() -> Iterator[bytes]:
        for number in range(5):
            taken.append(number)
            yield bytes(300_000)

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environ["wsgi.input"].read(1)
        start_response("200 OK", [])
        return [str(len(taken)).encode()]

    request = Request("PUT", URL, {"Content-Length": "1500000"}, blocks())
    with WsgiTransport(app).send(request) as response:
        assert response.read(10) == b"1"


@pytest.mark.parametrize("finish", [True, False], ids=["read", "left"])
def test_body_streams_out_and_is_closed(finish: bool) -> None:
    log: list[str] = []

    def body() -> Iterator[bytes]:
        try:
            for name in ("one", "two"):
                log.append(name)
                yield name.encode()
        finally:
            log.append("closed")

    def app(_: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        return body()

    with WsgiTransport(app).send(Request("GET", URL)) as response:
        assert log == ["one"]
        if finish:
            assert list(response.stream()) == [b"one", b"two"]
    assert log[-1] == "closed"


def test_head_has_no_body_whatever_the_app_says() -> None:
    def app(_: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"body"]

    with WsgiTransport(app).send(Request("HEAD", URL)) as response:
        assert response.read(10) == b""
