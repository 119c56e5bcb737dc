"""Blobs, configs and layers, on their way: down in blocks, and up in upload sessions.

An upload session is opened, bytes are sent, and the digest closes it.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-blobs
https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote

from regnb import errors
from regnb.oci import Digest, Hasher
from regnb.registry.http_session import HttpSession
from regnb.registry.manifests import DELETED, stated_digest
from regnb.registry.transport import Request, Response, SizedBody

BINARY = {"Content-Type": "application/octet-stream"}
_RANGE = re.compile(r"(?:bytes=)?0-([0-9]{1,18})")
# Closing an upload, a registry hashes and moves what it got: it may be silent for that long.
_SLOWEST_STORAGE = 10_000_000
_PATIENCE_TO_CANCEL = 2.0


def verified(
    session: HttpSession, request: Request, expected: Digest, hasher: Hasher
) -> Generator[bytes]:
    """The blob from where `hasher` is, in blocks; raises DigestMismatch after the last."""
    for block in _blocks_from(session, request, hasher.size):
        hasher.update(block)
        yield block
    hasher.verify(expected)


def _blocks_from(session: HttpSession, request: Request, start: int) -> Iterator[bytes]:
    """The blob's blocks from `start` on, none when it ends there."""
    headers = {"Range": f"bytes={start}-"} if start else {}
    request = Request("GET", request.url, headers, repository=request.repository)
    with session.exchange(request, 200, 206, 416, missing=errors.BlobNotFound) as response:
        if response.status == 416:
            return
        skip = _bytes_to_skip(request, response, start)
        for block in response.stream():
            if skip < len(block):
                yield block[skip:] if skip else block
            skip = max(0, skip - len(block))


def _bytes_to_skip(request: Request, response: Response, start: int) -> int:
    """All before `start` when the registry knows no ranges, which it may; else none."""
    if response.status == 200:
        return start
    told = response.headers.get("Content-Range", "")
    if not told.removeprefix("bytes").strip().startswith(f"{start}-"):
        raise request.error(
            errors.InvalidAnswer, f"Asked for the bytes from {start} on, got `{told}`."
        )
    return 0


@dataclass(frozen=True, slots=True)
class Upload:
    """An open upload session: where the next bytes go, and how many are there already."""

    repository: str
    url: str
    offset: int = 0


def upload(session: HttpSession, repository: str, digest: Digest, body: SizedBody) -> None:
    """Send a whole blob in one request; see `RegistryClient.upload_blob`."""
    opened = start_upload(session, repository)
    try:
        finish_upload(session, opened, digest, body)
    except BaseException:
        abandon(session, opened)
        raise


def start_upload(session: HttpSession, repository: str) -> Upload:
    """A new upload session."""
    request = session.request("POST", repository, "blobs", "uploads", "")
    with session.exchange(request, 202) as response:
        return Upload(repository, request.leads_to(response.location))


def finish_upload(session: HttpSession, upload: Upload, digest: Digest, body: SizedBody) -> None:
    """Send `body`, the rest, and close the session; raises DigestMismatch."""
    mark = "&" if "?" in upload.url else "?"
    url = f"{upload.url}{mark}digest={quote(digest)}"
    headers = {**BINARY, "Content-Length": str(body.size)}
    timeout = session.timeout + (upload.offset + body.size) / _SLOWEST_STORAGE
    request = Request("PUT", url, headers, body, upload.repository, timeout)
    with session.exchange(request, 201, missing=errors.UploadNotFound) as response:
        told = stated_digest(response, request)
    if told and told != digest:
        raise errors.DigestMismatch(digest, told)


def abandon(session: HttpSession, upload: Upload) -> None:
    """Cancel without a word: the failure that led here is the one to tell."""
    with suppress(errors.RegistryError):
        cancel_upload(session, upload, min(session.timeout, _PATIENCE_TO_CANCEL))


def cancel_upload(session: HttpSession, upload: Upload, timeout: float | None = None) -> None:
    """Close the session and forget what was sent."""
    request = Request("DELETE", upload.url, repository=upload.repository, timeout=timeout)
    session.exchange(request, *DELETED, missing=errors.UploadNotFound).close()


def stated_offset(response: Response, expected: int) -> int:
    """Bytes that the registry has, by its `Range`, whose end is inclusive; else `expected`.

    Distribution says `0-0` of nothing as well as of one byte.
    """
    match = _RANGE.fullmatch(response.headers.get("Range", "").strip())
    if match is None:
        return expected
    end = int(match[1])
    return min(expected, 1) if end == 0 else end + 1
