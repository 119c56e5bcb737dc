"""The registry as a WSGI application: find the handler, answer, and turn problems into errors.

A repository's name may hold slashes, so it takes what the fixed parts of a path leave. It is
checked when its handler was found, not by the route: a bad name then has an error of its own
instead of a 404.

https://peps.python.org/pep-3333/
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, MapAdapter, Rule
from werkzeug.wrappers import Request, Response

from regnb.errors import InvalidConfiguration
from regnb.server import api_errors
from regnb.server import blob_endpoints as blobs
from regnb.server import discovery_endpoints as discovery
from regnb.server import manifest_endpoints as manifests
from regnb.server.access_control import Everybody, Guard, wanted_by
from regnb.server.api_errors import Problem, answer_of
from regnb.server.configuration import Config
from regnb.server.context import Handler, Registry
from regnb.server.monitoring import ACCESS
from regnb.server.pull_through import PullThrough, UpstreamClient
from regnb.server.request_parts import repository_name
from regnb.server.storage_interface import RegistryStorage, StorageFull, UpstreamFailed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from regnb.server.notifications import Notifier

logger = logging.getLogger(__name__)


def _rule(method: str, path: str, handler: Handler) -> Rule:
    return Rule(path, methods=[method], endpoint=handler)


MANIFEST = "/v2/<path:name>/manifests/<reference>"
BLOB = "/v2/<path:name>/blobs/<digest>"
UPLOADS = "/v2/<path:name>/blobs/uploads/"
UPLOAD = "/v2/<path:name>/blobs/uploads/<upload_id>"


def _map(rules: list[Rule]) -> MapAdapter:
    return Map(rules, strict_slashes=False, merge_slashes=False).bind("")


def _operations() -> list[Rule]:
    return [
        _rule("GET", "/health", discovery.get_health),
        _rule("GET", "/debug/health", discovery.get_health),
        _rule("GET", "/metrics", discovery.get_metrics),
    ]


# What `http.debug.addr` answers: it asks nobody who they are, so it holds no content.
OPERATIONS = _map(_operations())

ROUTES = _map(
    [
        *_operations(),
        _rule("GET", "/", discovery.ping),
        _rule("GET", "/v2/", discovery.ping),
        _rule("GET", "/v2/_catalog", discovery.list_repositories),
        _rule("GET", "/v2/<path:name>/tags/list", discovery.list_tags),
        _rule("GET", MANIFEST, manifests.get_manifest),
        _rule("PUT", MANIFEST, manifests.put_manifest),
        _rule("DELETE", MANIFEST, manifests.delete_manifest),
        _rule("GET", "/v2/<path:name>/referrers/<digest>", discovery.list_referrers),
        _rule("GET", BLOB, blobs.get_blob),
        _rule("DELETE", BLOB, blobs.delete_blob),
        _rule("POST", UPLOADS, blobs.start_upload),
        _rule("GET", UPLOAD, blobs.get_upload),
        _rule("PATCH", UPLOAD, blobs.patch_upload),
        _rule("PUT", UPLOAD, blobs.put_upload),
        _rule("DELETE", UPLOAD, blobs.delete_upload),
    ]
)


@dataclass
class Handling:
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
        handling = Handling(Request(environ))
        response = self._answer(handling)
        response.headers["Docker-Distribution-Api-Version"] = "registry/2.0"
        response.headers.update(self._registry.config.headers)
        self._record(handling, response, time.perf_counter() - started)
        return response(environ, start_response)

    def _answer(self, handling: Handling) -> Response:
        request = handling.request
        try:
            return self._dispatch(handling)
        except Problem as problem:
            return answer_of(problem)
        except StorageFull:
            return answer_of(Problem(api_errors.STORAGE_FULL))
        except UpstreamFailed as error:
            logger.warning("%s", error)
            return answer_of(Problem(api_errors.UPSTREAM_FAILED))
        except Exception:
            logger.exception("%s %s failed", request.method, request.path)
            return answer_of(Problem(api_errors.INTERNAL))

    def _dispatch(self, handling: Handling) -> Response:
        request = handling.request
        handler, arguments = _matched(self._routes, request)
        handling.route = handler.__name__
        name = arguments.get("name")
        if name is not None:
            repository_name(name)
        if request.path.startswith("/v2"):
            handling.user = self._registry.guard.user_of(request, wanted_by(request, name))
            request.environ["REMOTE_USER"] = handling.user
        self._refuse_what_is_switched_off(request)
        return handler(self._registry, request, **arguments)

    def _record(self, handling: Handling, response: Response, seconds: float) -> None:
        request, status = handling.request, response.status_code
        size = response.content_length or 0
        self._registry.metrics.count(handling.route, request.method, status, seconds, size)
        if ACCESS.isEnabledFor(logging.INFO):
            fields = {
                "method": request.method,
                "uri": request.environ.get("REQUEST_URI", request.path),
                "status": status,
                "bytes": size,
                "seconds": round(seconds, 6),
                "client": request.remote_addr,
                "user": handling.user,
                "agent": request.user_agent.string,
            }
            ACCESS.info("request", extra={"fields": fields})

    def _refuse_what_is_switched_off(self, request: Request) -> None:
        config = self._registry.config
        if request.method in READING:
            return
        if config.read_only or self._registry.pull_through:
            raise Problem(api_errors.READ_ONLY)
        deletes_content = request.method == "DELETE" and "/blobs/uploads/" not in request.path
        if deletes_content and not config.delete_enabled:
            raise Problem(api_errors.UNSUPPORTED)


def create_app(
    storage: RegistryStorage,
    config: Config | None = None,
    *,
    upstream: UpstreamClient | None = None,
) -> App:
    """The registry of `storage` as a WSGI application; raises InvalidConfiguration.

    `upstream` asks the registry that it caches, if it is the cache of one (see `config.upstream`).
    """
    config = config or Config()
    if config.upstream and not upstream:
        raise InvalidConfiguration("proxy.remoteurl", "there is nobody to ask it")
    return App(
        Registry(
            storage,
            config,
            _guard_of(config),
            notifier=_notifier_of(config),
            pull_through=PullThrough(upstream) if upstream else None,
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


def _matched(routes: MapAdapter, request: Request) -> tuple[Handler, dict[str, str]]:
    try:
        handler, arguments = routes.match(request.path, request.method)
    except MethodNotAllowed as error:
        allowed = ", ".join(sorted(error.valid_methods or ()))
        raise Problem(api_errors.UNSUPPORTED, headers={"Allow": allowed}) from error
    except HTTPException as error:
        raise Problem(api_errors.PATH_UNKNOWN, {"path": request.path[:300]}) from error
    return cast("Handler", handler), dict(arguments)
