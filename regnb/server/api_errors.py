"""The errors of the registry's API, one row each: code, status, what went wrong.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes

`TAG_INVALID` and `MANIFEST_UNVERIFIED` are of older specifications and never sent. One code can
stand for several situations, and then has several rows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from werkzeug.wrappers import Response

from regnb.errors import RegnbError


class Situation(NamedTuple):
    """A row of the table."""

    code: str
    status: int
    message: str


BLOB_UNKNOWN = Situation("BLOB_UNKNOWN", 404, "blob unknown to this repository")
UPLOAD_INVALID = Situation("BLOB_UPLOAD_INVALID", 400, "the upload is not valid")
UPLOAD_BUSY = Situation("BLOB_UPLOAD_INVALID", 409, "another request is writing this upload")
UPLOAD_OUT_OF_ORDER = Situation(
    "BLOB_UPLOAD_INVALID", 416, "the chunk does not begin where the last one ended"
)
UPLOAD_UNKNOWN = Situation("BLOB_UPLOAD_UNKNOWN", 404, "upload unknown to this repository")
STORAGE_FULL = Situation("BLOB_UPLOAD_INVALID", 507, "the registry has no room left")
DIGEST_INVALID = Situation("DIGEST_INVALID", 400, "the content has another digest")
DIGEST_MALFORMED = Situation("DIGEST_INVALID", 400, "not a digest of a supported algorithm")
MANIFEST_BLOB_UNKNOWN = Situation(
    "MANIFEST_BLOB_UNKNOWN", 400, "the manifest references a blob that was not pushed"
)
MANIFEST_INVALID = Situation("MANIFEST_INVALID", 400, "the manifest is not valid")
MANIFEST_TOO_LARGE = Situation("MANIFEST_INVALID", 413, "the manifest has more than 4 MiB")
MANIFEST_UNKNOWN = Situation("MANIFEST_UNKNOWN", 404, "manifest unknown to this repository")
NAME_INVALID = Situation("NAME_INVALID", 400, "invalid repository name")
NAME_UNKNOWN = Situation("NAME_UNKNOWN", 404, "repository name not known to registry")
PATH_UNKNOWN = Situation("NAME_UNKNOWN", 404, "the API has no such path")
SIZE_INVALID = Situation("SIZE_INVALID", 400, "the length given is not the content's length")
RANGE_INVALID = Situation("SIZE_INVALID", 416, "the blob does not have this range")
PAGE_INVALID = Situation("UNSUPPORTED", 400, "`n` is a number from 0 to 1000")
UNAUTHORIZED = Situation("UNAUTHORIZED", 401, "authentication required")
DENIED = Situation("DENIED", 403, "requested access to the resource is denied")
UNSUPPORTED = Situation("UNSUPPORTED", 405, "the operation is unsupported")
READ_ONLY = Situation("UNSUPPORTED", 405, "the registry is read-only")
TOO_MANY_REQUESTS = Situation("TOOMANYREQUESTS", 429, "too many requests")
UPSTREAM_FAILED = Situation("DENIED", 502, "the registry that this one caches did not answer")
UNHEALTHY = Situation("UNSUPPORTED", 503, "the storage does not work")
INTERNAL = Situation("UNSUPPORTED", 500, "the registry failed to answer; its log says why")


class Problem(RegnbError):
    """A request that ends in `situation`; `detail` is any JSON value."""

    def __init__(
        self,
        situation: Situation,
        detail: object = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{situation.code}: {situation.message}.")
        self.situation = situation
        self.detail = detail
        self.headers = dict(headers or {})


def answer_of(problem: Problem) -> Response:
    """The JSON body of the specification, with the status of the situation."""
    code, status, message = problem.situation
    details = problem.detail if isinstance(problem.detail, list) else [problem.detail]
    errors = [{"code": code, "message": message, "detail": detail} for detail in details]
    return json_response({"errors": errors}, status, problem.headers)


def json_response(
    value: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Response whose body is `value`."""
    body = json.dumps(value, separators=(",", ":")) + "\n"
    kind = "application/json; charset=utf-8"
    return Response(body, status, dict(headers or {}), content_type=kind)
