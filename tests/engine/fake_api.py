"""A Docker API that answers as it is told, on a Unix socket: the SDK and the wire are real.

The default answers were recorded from dockerd 20.10; a test replaces those that it is about.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

VERSION = {
    "Platform": {"Name": ""},
    "Components": [{"Name": "Engine", "Version": "20.10.24+dfsg1"}],
    "Version": "20.10.24+dfsg1",
    "ApiVersion": "1.41",
    "MinAPIVersion": "1.12",
    "Os": "linux",
    "Arch": "amd64",
}
INFO = {
    "Driver": "overlay2",
    "DriverStatus": [["Backing Filesystem", "extfs"], ["Supports d_type", "true"]],
}
CREATED = {"Id": "8caee4825a8b", "Warnings": []}


def message(text: str) -> dict[str, str]:
    return {"message": text}


@dataclass
class Answer:
    """A status and a JSON body, or the `lines` of a stream, cut off before its end if `broken`."""

    body: object = None
    status: int = 200
    lines: Iterable[object] | None = None
    broken: bool = False

    def response(self) -> Response:
        if self.lines is None:
            body = "" if self.body is None else json.dumps(self.body)
            return Response(body, self.status, content_type="application/json")
        return Response(self._stream(), self.status, content_type="application/json")

    def _stream(self) -> Iterator[bytes]:
        for line in self.lines or ():
            yield json.dumps(line).encode() + b"\r\n"
        if self.broken:
            raise ConnectionAbortedError


@dataclass
class FakeApi:
    """Answers by `METHOD /path` without the API version; remembers what it was asked."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.answers = {
            "GET /version": Answer(VERSION),
            "GET /info": Answer(INFO),
            "GET /containers/json": Answer([]),
            "GET /images/json": Answer([]),
        } | self.answers

    def __call__(self, environ: dict[str, object], start_response: object) -> Iterable[bytes]:
        request = Request(environ)
        name = f"{request.method} {re.sub(r'^/v1[.][0-9]+', '', request.path)}"
        self.asked.append(name)
        self.queries.append(request.query_string.decode())
        self.bodies.append(request.get_data(as_text=True))
        answer = self.answers.get(name) or Answer(message(f"page not found: {name}"), 404)
        return answer.response()(environ, start_response)  # type: ignore[arg-type]


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's names
        """Keep the output of the tests clean."""


@contextmanager
def serving(api: FakeApi, path: Path) -> Iterator[str]:
    """The endpoint of `api`, while it is served on a Unix socket at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    endpoint = f"unix://{path}"
    server = make_server(endpoint, 0, api, threaded=True, request_handler=_Handler)
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
