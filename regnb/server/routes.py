"""From method and path to a handler.

A repository's name may hold slashes, so it takes what the fixed parts leave. It is checked by the
dispatcher, not by the route: a bad name then has an error of its own instead of a 404.
"""

from __future__ import annotations

from werkzeug.routing import Map, MapAdapter, Rule

from regnb.server import blobs, catalog, manifests, operations, ping, referrers, tags, uploads
from regnb.server.registry import Handler


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
        _rule("GET", "/health", operations.get_health),
        _rule("GET", "/debug/health", operations.get_health),
        _rule("GET", "/metrics", operations.get_metrics),
    ]


# What `http.debug.addr` answers: it asks nobody who they are, so it holds no content.
OPERATIONS = _map(_operations())

ROUTES = _map(
    [
        *_operations(),
        _rule("GET", "/", ping.ping),
        _rule("GET", "/v2/", ping.ping),
        _rule("GET", "/v2/_catalog", catalog.list_repositories),
        _rule("GET", "/v2/<path:name>/tags/list", tags.list_tags),
        _rule("GET", MANIFEST, manifests.get_manifest),
        _rule("PUT", MANIFEST, manifests.put_manifest),
        _rule("DELETE", MANIFEST, manifests.delete_manifest),
        _rule("GET", "/v2/<path:name>/referrers/<digest>", referrers.list_referrers),
        _rule("GET", BLOB, blobs.get_blob),
        _rule("DELETE", BLOB, blobs.delete_blob),
        _rule("POST", UPLOADS, uploads.start_upload),
        _rule("GET", UPLOAD, uploads.get_upload),
        _rule("PATCH", UPLOAD, uploads.patch_upload),
        _rule("PUT", UPLOAD, uploads.put_upload),
        _rule("DELETE", UPLOAD, uploads.delete_upload),
    ]
)
