"""Requests to a WSGI app in the same process: no socket, both ways streaming.

https://peps.python.org/pep-3333/
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from urllib3 import HTTPHeaderDict
from werkzeug.test import create_environ, run_wsgi_app

from regnb.registry.transport import BLOCK_SIZE, BodyReader, Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


class WsgiTransport:
    """An app called in this thread, whatever the host of the URL; what it raises is not caught."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def send(self, request: Request) -> Response:
        """The answer, once the app has produced its headers and the first block of its body."""
        blocks, status, headers = run_wsgi_app(self._app, _environ(request))
        if request.method == "HEAD":
            _close(blocks)
            blocks = ()
        body = (block for block in blocks if block)
        return Response(
            int(status.split()[0]), HTTPHeaderDict(list(headers)), body, lambda: _close(blocks)
        )

    def close(self) -> None:
        """Nothing to close: no connection is kept."""


def _environ(request: Request) -> WSGIEnvironment:
    parts = urlsplit(request.url)
    environ = create_environ(
        path=parts.path or "/",
        base_url=f"{parts.scheme}://{parts.netloc}",
        query_string=parts.query,
        method=request.method,
        headers=dict(request.headers),
        errors_stream=sys.stderr,
        multithread=True,
    )
    body = request.body
    size = str(len(body)) if isinstance(body, bytes) else request.headers.get("Content-Length", "")
    environ["CONTENT_LENGTH"] = size
    blocks = (body,) if isinstance(body, bytes) else body or ()
    environ["wsgi.input"] = io.BufferedReader(BodyReader(blocks), BLOCK_SIZE)
    return environ


def _close(blocks: Iterable[bytes]) -> None:
    close: Callable[[], None] | None = getattr(blocks, "close", None)
    if close:
        close()
