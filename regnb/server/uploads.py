"""end-4a to end-6, end-11, end-13 and end-14: blobs on their way in."""

from __future__ import annotations

import re

from regnb.errors import DigestMismatch
from regnb.oci import Descriptor, Digest
from regnb.server.blobs import BYTES
from regnb.server.body import BodyCutShort, blocks_of, length_of
from regnb.server.events import Happening
from regnb.server.names import digest_in, repository_name
from regnb.server.problems import (
    DIGEST_INVALID,
    DIGEST_MALFORMED,
    SIZE_INVALID,
    UPLOAD_BUSY,
    UPLOAD_INVALID,
    UPLOAD_OUT_OF_ORDER,
    UPLOAD_UNKNOWN,
    Problem,
)
from regnb.server.registry import Registry, Request, Response
from regnb.server.storage import Upload, UploadBusy

ALGORITHMS = ("sha256", "sha512")
_CONTENT_RANGE = re.compile(r"(?:bytes[ =])?([0-9]{1,18})-([0-9]{1,18})(?:/.*)?", re.ASCII)


def start_upload(registry: Registry, request: Request, name: str) -> Response:
    """Open an upload; or take a blob at once, from another repository or from the body.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs
    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#mounting-a-blob-from-another-repository
    """
    algorithm = request.args.get("digest-algorithm", ALGORITHMS[0])
    if algorithm not in ALGORITHMS:
        raise Problem(DIGEST_MALFORMED, {"algorithm": algorithm[:50]})
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


def _find(registry: Registry, name: str, upload_id: str) -> Upload:
    upload = registry.repository(name).find_upload(upload_id)
    if upload is None:
        raise Problem(UPLOAD_UNKNOWN, {"upload": upload_id[:100]})
    return upload


def _append(request: Request, name: str, upload: Upload) -> None:
    _check_order(request, name, upload)
    try:
        upload.append(blocks_of(request))
    except UploadBusy as error:
        raise Problem(UPLOAD_BUSY) from error
    except BodyCutShort as error:
        raise Problem(SIZE_INVALID, {"received": upload.size}) from error


def _check_order(request: Request, name: str, upload: Upload) -> None:
    text = request.headers.get("Content-Range")
    if text is None:
        return
    match = _CONTENT_RANGE.fullmatch(text)
    if not match:
        raise Problem(UPLOAD_INVALID, {"Content-Range": text[:100]})
    first, last = int(match[1]), int(match[2])
    if first != upload.size:
        raise Problem(UPLOAD_OUT_OF_ORDER, headers=_progress(name, upload))
    length = length_of(request)
    if length is not None and length != last - first + 1:
        raise Problem(SIZE_INVALID, {"Content-Range": text[:100], "Content-Length": length})


def _finish(
    registry: Registry, request: Request, name: str, upload: Upload, digest: Digest
) -> Response:
    try:
        upload.finish(digest)
    except DigestMismatch as error:
        detail = {"expected": error.expected, "actual": error.actual}
        raise Problem(DIGEST_INVALID, detail) from error
    return _created(registry, request, name, digest)


def _created(registry: Registry, request: Request, name: str, digest: Digest) -> Response:
    blob = Descriptor(BYTES, digest, registry.repository(name).blob_size(digest) or 0)
    action = "mount" if "mount" in request.args else "push"
    registry.tell(request, Happening(action, name, blob, source=request.args.get("from", "")))
    headers = {"Location": f"/v2/{name}/blobs/{digest}", "Docker-Content-Digest": digest}
    return Response(status=201, headers=headers)


def _accepted(name: str, upload: Upload) -> Response:
    return Response(status=202, headers=_progress(name, upload))


def _progress(name: str, upload: Upload) -> dict[str, str]:
    return {
        "Location": f"/v2/{name}/blobs/uploads/{upload.id}",
        "Docker-Upload-UUID": upload.id,
        # Both ends count, so nothing at all looks like one byte: clients know.
        "Range": f"0-{max(upload.size - 1, 0)}",
    }
