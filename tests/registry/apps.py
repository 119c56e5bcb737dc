"""Registries made for one test: a table of answers, in-process or behind a loopback socket."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Answer: TypeAlias = Response | Callable[[Request], Response]

REGISTRY = {"Docker-Distribution-Api-Version": "registry/2.0"}


class TableApp:
    """An app that answers from a table of `METHOD /path`, and remembers what it was asked."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = answers
        self.asked: list[Request] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        self.asked.append(request)
        answer = self.answers.get(f"{request.method} {request.path}")
        if answer is None:
            answer = Response("404 page not found", 404)
        response = answer if isinstance(answer, Response) else answer(request)
        return response(environ, start_response)

    @property
    def lines(self) -> list[str]:
        """What was asked, such as `GET /v2/_catalog?n=1000`."""
        return [f"{request.method} {request.full_path.rstrip('?')}" for request in self.asked]


class QuietHandler(WSGIRequestHandler):
    """Keeps connections open, as registries do, and logs nothing."""

    protocol_version = "HTTP/1.1"

    def send_response(self, code: int, message: str | None = None) -> None:
        """The status alone: the `Date` and `Server` are those of the app."""
        self.send_response_only(code, message)

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002
        """Nothing."""


@contextmanager
def serve(app: WSGIApplication, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address of `app` on a port of the loopback interface."""
    server = make_server(
        "127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler, ssl_context=tls
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
