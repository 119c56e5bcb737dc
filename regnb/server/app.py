"""The registry as a WSGI application: find the handler, answer, and turn problems into errors.

https://peps.python.org/pep-3333/
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Request, Response

from regnb.server.access import Everybody, Guard, wanted_by
from regnb.server.config import Config
from regnb.server.log import ACCESS
from regnb.server.names import repository_name
from regnb.server.problems import (
    INTERNAL,
    PATH_UNKNOWN,
    READ_ONLY,
    STORAGE_FULL,
    UNSUPPORTED,
    UPSTREAM_FAILED,
    Problem,
    answer_of,
)
from regnb.server.registry import Handler, Registry
from regnb.server.routes import OPERATIONS, ROUTES
from regnb.server.storage import Storage, StorageFull, UpstreamFailed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from werkzeug.routing import MapAdapter

    from regnb.server.notifications import Notifier
    from regnb.server.pull_through import PullThrough

logger = logging.getLogger(__name__)


@dataclass
class Exchange:
    """A request, and what is known of it when it is answered."""

    request: Request
    route: str = "unknown"
    user: str = ""


READING = {"GET", "HEAD"}


class App:
    """A registry that any WSGI server can run, or a test can call."""

    def __init__(self, registry: Registry, routes: MapAdapter = ROUTES) -> None:
        self._registry = registry
        self._routes = routes

    def of_operations(self) -> App:
        """Health and metrics of the same registry, and nothing of what it holds."""
        return App(self._registry, OPERATIONS)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        started = time.perf_counter()
        exchange = Exchange(Request(environ))
        response = self._answer(exchange)
        response.headers["Docker-Distribution-Api-Version"] = "registry/2.0"
        response.headers.update(self._registry.config.headers)
        self._record(exchange, response, time.perf_counter() - started)
        return response(environ, start_response)

    def _answer(self, exchange: Exchange) -> Response:
        request = exchange.request
        try:
            return self._dispatch(exchange)
        except Problem as problem:
            return answer_of(problem)
        except StorageFull:
            return answer_of(Problem(STORAGE_FULL))
        except UpstreamFailed as error:
            logger.warning("%s", error)
            return answer_of(Problem(UPSTREAM_FAILED))
        except Exception:
            logger.exception("%s %s failed", request.method, request.path)
            return answer_of(Problem(INTERNAL))

    def _dispatch(self, exchange: Exchange) -> Response:
        request = exchange.request
        handler, arguments = _matched(self._routes, request)
        exchange.route = handler.__name__
        name = arguments.get("name")
        if name is not None:
            repository_name(name)
        if request.path.startswith("/v2"):
            exchange.user = self._registry.guard.user_of(request, wanted_by(request, name))
            request.environ["REMOTE_USER"] = exchange.user
        self._refuse_what_is_switched_off(request)
        return handler(self._registry, request, **arguments)

    def _record(self, exchange: Exchange, response: Response, seconds: float) -> None:
        request, status = exchange.request, response.status_code
        size = response.content_length or 0
        self._registry.metrics.count(exchange.route, request.method, status, seconds, size)
        if ACCESS.isEnabledFor(logging.INFO):
            fields = {
                "method": request.method,
                "uri": request.environ.get("REQUEST_URI", request.path),
                "status": status,
                "bytes": size,
                "seconds": round(seconds, 6),
                "client": request.remote_addr,
                "user": exchange.user,
                "agent": request.user_agent.string,
            }
            ACCESS.info("request", extra={"fields": fields})

    def _refuse_what_is_switched_off(self, request: Request) -> None:
        config = self._registry.config
        if request.method in READING:
            return
        if config.read_only or config.upstream:
            raise Problem(READ_ONLY)
        deletes_content = request.method == "DELETE" and "/blobs/uploads/" not in request.path
        if deletes_content and not config.delete_enabled:
            raise Problem(UNSUPPORTED)


def create_app(storage: Storage, config: Config | None = None) -> App:
    """The registry of `storage` as a WSGI application; raises InvalidConfiguration."""
    config = config or Config()
    return App(
        Registry(
            storage,
            config,
            _guard_of(config),
            notifier=_notifier_of(config),
            pull_through=_pull_through_of(config),
        )
    )


def _guard_of(config: Config) -> Guard:
    """Who watches the door; the libraries for it are loaded when it is asked for."""
    if config.htpasswd:
        from regnb.server.htpasswd import HtpasswdGuard  # noqa: PLC0415

        return HtpasswdGuard(config.htpasswd)
    if config.token:
        from regnb.server.token import TokenGuard  # noqa: PLC0415

        return TokenGuard(config.token)
    return Everybody()


def _notifier_of(config: Config) -> Notifier | None:
    if not config.endpoints:
        return None
    from regnb.server.notifications import Notifier  # noqa: PLC0415

    return Notifier(config.endpoints)


def _pull_through_of(config: Config) -> PullThrough | None:
    if not config.upstream:
        return None
    from regnb.server.pull_through import PullThrough  # noqa: PLC0415

    return PullThrough(config.upstream)


def _matched(routes: MapAdapter, request: Request) -> tuple[Handler, dict[str, str]]:
    try:
        handler, arguments = routes.match(request.path, request.method)
    except MethodNotAllowed as error:
        allowed = ", ".join(sorted(error.valid_methods or ()))
        raise Problem(UNSUPPORTED, headers={"Allow": allowed}) from error
    except HTTPException as error:
        raise Problem(PATH_UNKNOWN, {"path": request.path[:300]}) from error
    return cast("Handler", handler), dict(arguments)
