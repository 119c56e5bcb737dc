"""The registry as a WSGI application: find the handler, answer, and turn problems into errors.

https://peps.python.org/pep-3333/
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Request, Response

from regnb.server.config import Config
from regnb.server.names import repository_name
from regnb.server.problems import (
    INTERNAL,
    PATH_UNKNOWN,
    READ_ONLY,
    STORAGE_FULL,
    UNSUPPORTED,
    Problem,
    answer_of,
)
from regnb.server.registry import Handler, Registry
from regnb.server.routes import ROUTES
from regnb.server.storage import Storage, StorageFull

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

logger = logging.getLogger(__name__)

READING = {"GET", "HEAD"}


class App:
    """A registry that any WSGI server can run, or a test can call."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        response = self._answer(request)
        response.headers["Docker-Distribution-Api-Version"] = "registry/2.0"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        try:
            return self._dispatch(request)
        except Problem as problem:
            return answer_of(problem)
        except StorageFull:
            return answer_of(Problem(STORAGE_FULL))
        except Exception:
            logger.exception("%s %s failed", request.method, request.path)
            return answer_of(Problem(INTERNAL))

    def _dispatch(self, request: Request) -> Response:
        handler, arguments = _matched(request)
        if "name" in arguments:
            arguments["name"] = repository_name(arguments["name"])
        self._refuse_what_is_switched_off(request)
        return handler(self._registry, request, **arguments)

    def _refuse_what_is_switched_off(self, request: Request) -> None:
        config = self._registry.config
        if request.method in READING:
            return
        if config.read_only:
            raise Problem(READ_ONLY)
        deletes_content = request.method == "DELETE" and "/blobs/uploads/" not in request.path
        if deletes_content and not config.delete_enabled:
            raise Problem(UNSUPPORTED)


def create_app(storage: Storage, config: Config | None = None) -> App:
    """The registry of `storage` as a WSGI application."""
    return App(Registry(storage, config or Config()))


def _matched(request: Request) -> tuple[Handler, dict[str, str]]:
    try:
        handler, arguments = ROUTES.bind_to_environ(request.environ).match()
    except MethodNotAllowed as error:
        allowed = ", ".join(sorted(error.valid_methods or ()))
        raise Problem(UNSUPPORTED, headers={"Allow": allowed}) from error
    except HTTPException as error:
        raise Problem(PATH_UNKNOWN, {"path": request.path[:300]}) from error
    return cast("Handler", handler), dict(arguments)
