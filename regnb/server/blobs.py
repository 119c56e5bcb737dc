"""end-2 and end-10: blobs, whole or in part."""

from __future__ import annotations

from werkzeug.exceptions import RequestedRangeNotSatisfiable

from regnb.oci import Descriptor
from regnb.server.events import Happening
from regnb.server.names import digest_in
from regnb.server.problems import BLOB_UNKNOWN, RANGE_INVALID, Problem
from regnb.server.registry import Registry, Request, Response
from regnb.web.http_server import FileRange

BYTES = "application/octet-stream"


def get_blob(registry: Registry, request: Request, name: str, digest: str) -> Response:
    """Answer a blob, or the range of it that was asked for.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-blobs
    """
    wanted = digest_in(digest)
    repository = registry.repository(name)
    if registry.pull_through:
        registry.pull_through.bring_blob(repository, wanted)
    size = repository.blob_size(wanted, for_push=request.method == "HEAD")
    if size is None:
        raise Problem(BLOB_UNKNOWN, {"digest": digest})
    registry.tell_of_reading(request, name, Descriptor(BYTES, wanted, size))
    response = Response(content_type=BYTES, direct_passthrough=True)
    response.headers["Docker-Content-Digest"] = wanted
    response.set_etag(wanted)
    start, stop = _part_asked(request, response, size)
    response.content_length = stop - start
    if request.method == "GET" and response.status_code != 304:
        file = repository.open_blob(wanted)
        if file is None:
            raise Problem(BLOB_UNKNOWN, {"digest": digest})
        response.response = FileRange(file, start, stop)
    return response


def delete_blob(registry: Registry, request: Request, name: str, digest: str) -> Response:
    """Forget a blob.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#deleting-blobs
    """
    wanted = digest_in(digest)
    repository = registry.existing(name)
    size = repository.blob_size(wanted)
    if not repository.delete_blob(wanted):
        raise Problem(BLOB_UNKNOWN, {"digest": digest})
    registry.tell(request, Happening("delete", name, Descriptor(BYTES, wanted, size or 0)))
    return Response(status=202)


def _part_asked(request: Request, response: Response, size: int) -> tuple[int, int]:
    # Several ranges at once may be ignored: https://www.rfc-editor.org/rfc/rfc9110#section-14.2
    environ = dict(request.environ)
    if "," in environ.get("HTTP_RANGE", ""):
        del environ["HTTP_RANGE"]
    try:
        response.make_conditional(environ, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable as error:
        headers = {"Content-Range": f"bytes */{size}"}
        raise Problem(RANGE_INVALID, {"size": size}, headers=headers) from error
    part = response.content_range
    return (part.start or 0, part.stop or 0) if response.status_code == 206 else (0, size)
