"""Blobs, whole or in part, and on their way in: end-2, end-4 to end-6, end-10 to end-14."""

from __future__ import annotations

import re

from werkzeug.exceptions import RequestedRangeNotSatisfiable

from regnb.errors import DigestMismatch
from regnb.oci import Descriptor, Digest
from regnb.server import api_errors
from regnb.server.api_errors import Problem
from regnb.server.context import Registry, Request, Response
from regnb.server.notifications import RegistryEvent
from regnb.server.request_parts import (
    BodyCutShort,
    blocks_of,
    digest_in,
    length_of,
    repository_name,
)
from regnb.server.storage_interface import BlobUpload, UploadBusy
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
        raise Problem(api_errors.BLOB_UNKNOWN, {"digest": digest})
    registry.notify_of_pull(request, name, Descriptor(BYTES, wanted, size))
    response = Response(content_type=BYTES, direct_passthrough=True)
    response.headers["Docker-Content-Digest"] = wanted
    response.set_etag(wanted)
    start, stop = _part_asked(request, response, size)
    response.content_length = stop - start
    if request.method == "GET" and response.status_code != 304:
        file = repository.open_blob(wanted)
        if file is None:
            raise Problem(api_errors.BLOB_UNKNOWN, {"digest": digest})
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
        raise Problem(api_errors.BLOB_UNKNOWN, {"digest": digest})
    registry.notify(request, RegistryEvent("delete", name, Descriptor(BYTES, wanted, size or 0)))
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
        raise Problem(api_errors.RANGE_INVALID, {"size": size}, headers=headers) from error
    part = response.content_range
    return (part.start or 0, part.stop or 0) if response.status_code == 206 else (0, size)


ALGORITHMS = ("sha256", "sha512")
_CONTENT_RANGE = re.compile(r"(?:bytes[ =])?([0-9]{1,18})-([0-9]{1,18})(?:/.*)?", re.ASCII)


def start_upload(registry: Registry, request: Request, name: str) -> Response:
    """Open an upload; or take a blob at once, from another repository or from the body.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs
    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#mounting-a-blob-from-another-repository
    """
    algorithm = request.args.get("digest-algorithm", ALGORITHMS[0])
    if algorithm not in ALGORITHMS:
        raise Problem(api_errors.DIGEST_MALFORMED, {"algorithm": algorithm[:50]})
    if mount := request.args.get("mount"):
        if _mount(registry, request, name, digest_in(mount)):
            return _created(registry, request, name, digest_in(mount))
    elif digest := request.args.get("digest"):
        return _receive_at_once(registry, request, name, digest_in(digest))
    return _accepted(name, registry.repository(name).start_upload(algorithm))


def patch_upload(registry: Registry, request: Request, name: str, upload_id: str) -> Response:
    """Take a chunk.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-a-blob-in-chunks
    """
    upload = _find(registry, name, upload_id)
    _append(request, name, upload)
    return _accepted(name, upload)


def put_upload(registry: Registry, request: Request, name: str, upload_id: str) -> Response:
    """Take the last chunk, if any, and close the upload.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-a-blob-in-chunks
    """
    digest = digest_in(request.args.get("digest", ""))
    upload = _find(registry, name, upload_id)
    _append(request, name, upload)
    return _finish(registry, request, name, upload, digest)


def get_upload(registry: Registry, request: Request, name: str, upload_id: str) -> Response:  # noqa: ARG001
    """Answer how much of the upload is here.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-a-blob-in-chunks
    """
    return Response(status=204, headers=_progress(name, _find(registry, name, upload_id)))


def delete_upload(registry: Registry, request: Request, name: str, upload_id: str) -> Response:  # noqa: ARG001
    """Forget the upload.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints
    """
    _find(registry, name, upload_id).cancel()
    return Response(status=204)


def _mount(registry: Registry, request: Request, name: str, digest: Digest) -> bool:
    source = request.args.get("from")
    if source is not None:
        source = repository_name(source)
    return registry.repository(name).mount_blob(digest, source)


def _receive_at_once(registry: Registry, request: Request, name: str, digest: Digest) -> Response:
    upload = registry.repository(name).start_upload(digest.algorithm)
    try:
        _append(request, name, upload)
        return _finish(registry, request, name, upload, digest)
    except Exception:
        upload.cancel()
        raise


def _find(registry: Registry, name: str, upload_id: str) -> BlobUpload:
    upload = registry.repository(name).find_upload(upload_id)
    if upload is None:
        raise Problem(api_errors.UPLOAD_UNKNOWN, {"upload": upload_id[:100]})
    return upload


def _append(request: Request, name: str, upload: BlobUpload) -> None:
    _check_order(request, name, upload)
    try:
        upload.append(blocks_of(request))
    except UploadBusy as error:
        raise Problem(api_errors.UPLOAD_BUSY) from error
    except BodyCutShort as error:
        raise Problem(api_errors.SIZE_INVALID, {"received": upload.size}) from error


def _check_order(request: Request, name: str, upload: BlobUpload) -> None:
    text = request.headers.get("Content-Range")
    if text is None:
        return
    match = _CONTENT_RANGE.fullmatch(text)
    if not match:
        raise Problem(api_errors.UPLOAD_INVALID, {"Content-Range": text[:100]})
    first, last = int(match[1]), int(match[2])
    if first != upload.size:
        raise Problem(api_errors.UPLOAD_OUT_OF_ORDER, headers=_progress(name, upload))
    length = length_of(request)
    if length is not None and length != last - first + 1:
        raise Problem(
            api_errors.SIZE_INVALID, {"Content-Range": text[:100], "Content-Length": length}
        )


def _finish(
    registry: Registry, request: Request, name: str, upload: BlobUpload, digest: Digest
) -> Response:
    try:
        upload.finish(digest)
    except DigestMismatch as error:
        detail = {"expected": error.expected, "actual": error.actual}
        raise Problem(api_errors.DIGEST_INVALID, detail) from error
    return _created(registry, request, name, digest)


def _created(registry: Registry, request: Request, name: str, digest: Digest) -> Response:
    blob = Descriptor(BYTES, digest, registry.repository(name).blob_size(digest) or 0)
    action = "mount" if "mount" in request.args else "push"
    registry.notify(request, RegistryEvent(action, name, blob, source=request.args.get("from", "")))
    headers = {"Location": f"/v2/{name}/blobs/{digest}", "Docker-Content-Digest": digest}
    return Response(status=201, headers=headers)


def _accepted(name: str, upload: BlobUpload) -> Response:
    return Response(status=202, headers=_progress(name, upload))


def _progress(name: str, upload: BlobUpload) -> dict[str, str]:
    return {
        "Location": f"/v2/{name}/blobs/uploads/{upload.id}",
        "Docker-Upload-UUID": upload.id,
        # Both ends count, so nothing at all looks like one byte: clients know.
        "Range": f"0-{max(upload.size - 1, 0)}",
    }
