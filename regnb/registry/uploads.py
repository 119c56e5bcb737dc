"""Uploads: a session is opened, bytes are sent, and the digest closes it.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from regnb.errors import BlobNotFound, DigestMismatch, RegistryError, UploadNotFound
from regnb.oci.digest import Digest
from regnb.registry.manifests import DELETED, digest_told
from regnb.registry.session import Session
from regnb.registry.transport import OnProgress, Request, Response, SizedBody, Stream

_BINARY = {"Content-Type": "application/octet-stream"}
_RANGE = re.compile(r"(?:bytes=)?0-(\d+)")
# Closing an upload, a registry hashes and moves what it got: it may be silent for that long.
_SLOWEST_STORAGE = 10_000_000
_PATIENCE_TO_CANCEL = 2.0


@dataclass(frozen=True, slots=True)
class Upload:
    """An open upload session: where the next bytes go, and how many are there already."""

    repository: str
    url: str
    offset: int = 0


class UploadMethods(Session):
    """The methods of the client about uploads."""

    def put_blob(self, repository: str, content: bytes) -> Digest:
        """Digest of `content`, stored as a blob of `repository`."""
        digest = Digest.of(content)
        self.upload_blob(repository, digest, (content,), size=len(content))
        return digest

    def upload_blob(
        self,
        repository: str,
        digest: str,
        stream: Stream,
        *,
        size: int,
        on_progress: OnProgress | None = None,
    ) -> None:
        """Send the `size` bytes of `stream`, in one request; `on_progress` gets the bytes so far.

        Raises DigestRefused when `digest` is not theirs, SizeMismatch when there are more or fewer,
        RegistryError, and what `stream` raises. The session is cancelled whenever it fails.
        """
        expected = Digest(digest)
        upload = self.start_upload(repository)
        try:
            self._finish(upload, expected, SizedBody(stream, size, on_progress))
        except BaseException:
            self._abandon(upload)
            raise

    def start_upload(self, repository: str) -> Upload:
        """A new upload session; raises NameRefused, Denied."""
        url = f"{self._at(repository, 'blobs', 'uploads')}/"
        request = Request("POST", url, repository=repository)
        with self._exchange(request, 202) as response:
            return Upload(repository, request.leads_to(response.location))

    def put_chunk(self, upload: Upload, content: bytes) -> Upload:
        """The session after `content`, the bytes from its offset on; raises UploadNotFound.

        The registry may have taken less: the offset tells.
        """
        if not content:
            return upload
        end = upload.offset + len(content)
        headers = {**_BINARY, "Content-Range": f"{upload.offset}-{end - 1}"}
        request = Request("PATCH", upload.url, headers, content, repository=upload.repository)
        with self._exchange(request, 202, missing=UploadNotFound) as response:
            offset = _offset_told(response, end)
            return replace(upload, url=request.leads_to(response.location), offset=offset)

    def upload_status(self, upload: Upload) -> Upload:
        """The session as the registry knows it, to resume it; raises UploadNotFound."""
        request = Request("GET", upload.url, repository=upload.repository)
        with self._exchange(request, 204, missing=UploadNotFound) as response:
            url = request.leads_to(response.location) if response.location else upload.url
            return replace(upload, url=url, offset=_offset_told(response, upload.offset))

    def finish_upload(self, upload: Upload, digest: str) -> None:
        """Close the session: what was sent is the blob `digest`. Raises DigestRefused."""
        self._finish(upload, Digest(digest), SizedBody((), 0))

    def cancel_upload(self, upload: Upload) -> None:
        """Close the session and forget what was sent; raises UploadNotFound."""
        self._cancel(upload, None)

    def mount_blob(self, repository: str, digest: str, *, source: str) -> bool:
        """Whether the registry took over the blob of the repository `source`, nothing being sent.

        When it did not, the upload that it opened instead is cancelled.
        """
        query = urlencode({"mount": Digest(digest), "from": source})
        url = f"{self._at(repository, 'blobs', 'uploads')}/?{query}"
        request = Request("POST", url, repository=repository)
        with self._exchange(request, 201, 202, missing=BlobNotFound) as response:
            mounted = response.status == 201
            location = None if mounted else request.leads_to(response.location)
        if location:
            self._abandon(Upload(repository, location))
        return mounted

    def _finish(self, upload: Upload, digest: Digest, body: SizedBody) -> None:
        mark = "&" if "?" in upload.url else "?"
        url = f"{upload.url}{mark}digest={quote(digest)}"
        headers = {**_BINARY, "Content-Length": str(body.size)}
        timeout = self.timeout + (upload.offset + body.size) / _SLOWEST_STORAGE
        request = Request("PUT", url, headers, body, upload.repository, timeout)
        with self._exchange(request, 201, missing=UploadNotFound) as response:
            told = digest_told(response, request)
        if told and told != digest:
            raise DigestMismatch(digest, told)

    def _abandon(self, upload: Upload) -> None:
        """Cancel without a word: the failure that led here is the one to tell."""
        with suppress(RegistryError):
            self._cancel(upload, min(self.timeout, _PATIENCE_TO_CANCEL))

    def _cancel(self, upload: Upload, timeout: float | None) -> None:
        request = Request("DELETE", upload.url, repository=upload.repository, timeout=timeout)
        self._exchange(request, *DELETED, missing=UploadNotFound).close()


def _offset_told(response: Response, expected: int) -> int:
    """Bytes that the registry has, by its `Range`, whose end is inclusive; else `expected`.

    Distribution says `0-0` of nothing as well as of one byte.
    """
    match = _RANGE.fullmatch(response.headers.get("Range", "").strip())
    if match is None:
        return expected
    end = int(match[1])
    return min(expected, 1) if end == 0 else end + 1
