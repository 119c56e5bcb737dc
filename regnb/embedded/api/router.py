"""The WSGI app of the Docker Engine API."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map
from werkzeug.wrappers import Request, Response

from regnb.embedded.api import (
    container_files,
    container_routes,
    container_streams,
    image_routes,
    system_routes,
    unsupported_routes,
    volume_routes,
)
from regnb.embedded.api.call import Call, refused
from regnb.embedded.api.system_routes import API_VERSION, MIN_API_VERSION
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.refusal import Refusal
from regnb.errors import RegnbError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_VERSION = re.compile(r"/v(\d+)\.(\d+)(/.*)")
_LOG = logging.getLogger(__name__)
_RULES = [
    rule.empty()
    for noun in (
        system_routes,
        image_routes,
        container_routes,
        container_streams,
        volume_routes,
        container_files,
        unsupported_routes,
    )
    for rule in noun.RULES
]


class Api:
    """The API of `engine`."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine
        # Names of images come as they are: a slash more or less is their own affair.
        self._map = Map(
            [rule.empty() for rule in _RULES], strict_slashes=False, merge_slashes=False
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        self._engine.note_use()
        return self._respond(Request(environ))(environ, start_response)

    def _respond(self, request: Request) -> Response:
        try:
            response = self._dispatch(request)
        except Refusal as refusal:
            response = refused(refusal.status, refusal.message)
        except RegnbError as error:
            response = refused(500, str(error))
        except OSError as error:
            response = refused(500, f"{error.strerror}: {error.filename or ''}".rstrip(": "))
        except Exception:  # noqa: BLE001 - told in the log; the client gets a 500, not a cut
            _LOG.exception("%s %s", request.method, request.path)
            response = refused(500, "regnb's embedded engine has a fault: its log tells where.")
        system_routes.add_headers(response)
        return response

    def _dispatch(self, request: Request) -> Response:
        version, path = _split_version(request.path)
        adapter = self._map.bind("", script_name="/")
        try:
            handler, arguments = adapter.match(path, method=request.method)
        except (NotFound, HTTPException):
            return refused(404, "page not found")
        response: Response = handler(Call(self._engine, request, version), **arguments)
        return response


def _split_version(path: str) -> tuple[tuple[int, int], str]:
    match = _VERSION.fullmatch(path)
    if not match:
        return API_VERSION, path
    version = int(match[1]), int(match[2])
    text = f"{match[1]}.{match[2]}"
    if version > API_VERSION:
        raise Refusal(
            400,
            f"client version {text} is too new. Maximum supported API version is "
            f"{'.'.join(map(str, API_VERSION))}",
        )
    if version < MIN_API_VERSION:
        raise Refusal(
            400,
            f"client version {text} is too old. Minimum supported API version is "
            f"{'.'.join(map(str, MIN_API_VERSION))}, please upgrade your client to a newer version",
        )
    return version, match[3]
