"""The client of the registry API, all its methods in one class.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from typing import Self
from urllib.parse import urlencode

from regnb import errors
from regnb.oci import Descriptor, Digest, Hasher, ImageConfig, ImageManifest, Manifest
from regnb.oci.media_types import ACCEPTED_MANIFESTS
from regnb.oci.reference import is_tag
from regnb.registry import manifests, pagination, probe, transfers
from regnb.registry.authentication import Credentials
from regnb.registry.http_session import HttpSession
from regnb.registry.manifests import DELETED, RawManifest
from regnb.registry.probe import Probe
from regnb.registry.transfers import BINARY, Upload
from regnb.registry.transport import OnExchange, OnProgress, Request, SizedBody, Stream, Transport
from regnb.registry.urllib_transport import UrllibTransport

_SIZE = re.compile(r"[0-9]{1,18}")


class RegistryClient:
    """A registry by its URL, such as `http://localhost:5000`; safe to use from several threads.

    The methods raise RegistryError for what the registry and the network refuse, and
    InvalidReference or InvalidDigest for names that cannot be, before anything is sent.

    `timeout` in seconds is for each wait, not for a whole transfer. `on_exchange` is called after
    each answer, in the thread of the call; what it is given holds the credentials that were sent.
    """

    def __init__(
        self,
        url: str,
        *,
        transport: Transport | None = None,
        credentials: Credentials | None = None,
        timeout: float = 10.0,
        on_exchange: OnExchange | None = None,
    ) -> None:
        transport = transport or UrllibTransport()
        self._session = HttpSession(url, transport, credentials, timeout, on_exchange)

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return self._session.url

    @property
    def timeout(self) -> float:
        """Seconds, for each wait."""
        return self._session.timeout

    def close(self) -> None:
        """Close the connections of the transport."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def reading_fast(self) -> Iterator[Self]:
        """The same client, by the best transport that there is for thousands of small reads."""
        session = self._session.for_small_reads()
        if session is None:
            yield self
            return
        twin = copy(self)
        twin._session = session  # noqa: SLF001 - of its own kind
        with twin:
            yield twin

    def ping(self) -> str:
        """The version of the API, `registry/2.0`.

        Raises NotARegistry, RegistryUnreachable, Unauthorized.
        """
        return probe.ping(self._session).version

    def probe(self) -> Probe:
        """What answers, asked without credentials; raises NotARegistry, RegistryUnreachable."""
        return probe.probe(self._session)

    def list_repositories(self) -> list[str]:
        """All repositories, sorted; one stays after its last manifest was deleted.

        The catalogue is Docker's, not OCI's: raises Unsupported for a registry without one.
        """
        return sorted(set().union(*self.repository_pages()))

    def repository_pages(self) -> Iterator[set[str]]:
        """All repositories, page by page as they come; raises as `list_repositories`."""
        return pagination.repository_pages(self._session)

    def list_tags(self, repository: str) -> list[str]:
        """Tags of `repository`, all pages, sorted; empty when its last manifest was deleted.

        Raises RepositoryNotFound.
        """
        return sorted(set().union(*self.tag_pages(repository)))

    def tag_pages(self, repository: str) -> Iterator[set[str]]:
        """Tags of `repository`, page by page as they come; raises RepositoryNotFound."""
        request = self._session.request("GET", repository, "tags", "list")
        return pagination.name_pages(self._session, request, "tags", errors.RepositoryNotFound)

    def delete_tag(self, repository: str, tag: str) -> None:
        """Delete the tag alone, not its manifest.

        Raises ManifestNotFound, or Unsupported: many registries do not do this.
        """
        if not is_tag(tag):
            raise errors.InvalidReference(tag, "bad_tag")
        request = self._session.request("DELETE", repository, "manifests", tag)
        try:
            self._session.exchange(request, *DELETED, missing=errors.ManifestNotFound).close()
        except errors.RegistryError as error:
            # 400 says the same as 405 here: end of
            # https://github.com/opencontainers/distribution-spec/blob/main/spec.md#deleting-tags
            if error.status != 400:
                raise
            raise request.error(errors.Unsupported, error.message, status=400) from error

    def get_manifest(self, repository: str, reference: str) -> Manifest:
        """Manifest or index under `reference`, a tag or a digest, its bytes verified.

        Raises ManifestNotFound, RepositoryNotFound, DigestMismatch or InvalidManifest.
        """
        return self.fetch_manifest(repository, reference).parsed()

    def fetch_manifest(self, repository: str, reference: str) -> RawManifest:
        """The bytes under `reference`, a tag or a digest, verified and not looked into.

        Raises ManifestNotFound, RepositoryNotFound, DigestMismatch, InvalidManifest when huge.
        """
        return manifests.fetch(self._session, repository, reference)

    def ask_manifest(self, repository: str, reference: str) -> RawManifest:
        """What the headers tell of the manifest under `reference`; no content was asked for.

        Raises ManifestNotFound, RepositoryNotFound.
        """
        return manifests.ask(self._session, repository, reference)

    def head_manifest(self, repository: str, reference: str) -> Descriptor:
        """Media type, digest and size of the manifest under `reference`, without its content.

        A registry that does not tell them in the headers is asked for the manifest instead.
        Raises ManifestNotFound, DigestMismatch.
        """
        asked = self.ask_manifest(repository, reference)
        digest, media_type = asked.digest, asked.media_type.partition(";")[0].strip()
        size = asked.headers.get("Content-Length", "")
        if digest is None or media_type not in ACCEPTED_MANIFESTS or not _SIZE.fullmatch(size):
            found = self.fetch_manifest(repository, reference)
            told = found.digest or Digest.of(found.content)
            return Descriptor(found.kind, told, len(found.content))
        if ":" in reference and digest != reference:
            raise errors.DigestMismatch(reference, digest)
        return Descriptor(media_type, digest, int(size))

    def put_manifest(
        self, repository: str, reference: str, content: bytes, *, media_type: str
    ) -> Digest:
        """Digest of `content`, stored under `reference`.

        When it has a subject and the registry keeps no list of referrers, it is added to the list
        that clients keep under a tag; two clients that do so at once may lose one of the two.
        Raises ManifestRefused, ManifestBlobMissing, DigestMismatch.
        """
        return manifests.put(self._session, repository, reference, content, media_type)

    def delete_manifest(self, repository: str, digest: str) -> None:
        """Delete the manifest and with it all tags that point to it; its blobs stay.

        Raises ManifestNotFound, or Unsupported when the registry runs without deletion.
        """
        request = self._session.request("DELETE", repository, "manifests", Digest(digest))
        self._session.exchange(request, *DELETED, missing=errors.ManifestNotFound).close()

    def list_referrers(
        self, repository: str, digest: str, *, artifact_type: str | None = None
    ) -> list[Descriptor]:
        """Descriptors of the manifests whose subject is `digest`, in the registry's order.

        A registry without this part of the API is asked for the tag that clients keep instead.
        """
        return manifests.list_referrers(self._session, repository, digest, artifact_type)

    def blob_exists(self, repository: str, digest: str) -> bool:
        """Whether `repository` holds the blob."""
        request = self._session.request("HEAD", repository, "blobs", Digest(digest))
        try:
            self._session.head(request, errors.BlobNotFound).close()
        except errors.NotFound:
            return False
        return True

    def get_blob(self, repository: str, digest: str) -> bytes:
        """The whole blob, verified: for configs and other small ones. Raises as `stream_blob`."""
        return b"".join(self.stream_blob(repository, digest))

    def fetch_blob(self, repository: str, digest: str, *, limit: int) -> bytes | None:
        """The whole blob, verified; None when it is larger than `limit` bytes.

        For thousands of configs: no streams in between. Raises as `stream_blob`.
        """
        expected = Digest(digest)
        request = self._session.request("GET", repository, "blobs", expected)
        with self._session.exchange(request, 200, missing=errors.BlobNotFound) as response:
            content = response.read(limit + 1)
        if len(content) > limit:
            return None
        expected.verify(content)
        return content

    def get_config(self, repository: str, manifest: ImageManifest) -> ImageConfig:
        """The config that `manifest` points to; raises as `stream_blob`, or InvalidManifest."""
        return ImageConfig.parse(self.get_blob(repository, manifest.config.digest))

    def stream_blob(
        self, repository: str, digest: str, *, start: int = 0, hasher: Hasher | None = None
    ) -> Generator[bytes]:
        """The blob from its byte `start` on, in blocks; nothing is sent before the first is asked.

        To resume, `hasher` is one that has taken the first `start` bytes. Raises DigestMismatch
        after the last block: what came before must not be used then. Raises BlobNotFound,
        ConnectionLost; ValueError when `hasher` and `start` differ.
        """
        expected = Digest(digest)
        hasher = hasher or Hasher(expected.algorithm)
        if hasher.size != start:
            raise ValueError(f"`hasher` has taken {hasher.size} bytes, not the first {start}.")
        request = self._session.request("GET", repository, "blobs", expected)
        return transfers.verified(self._session, request, expected, hasher)

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
        body = SizedBody(stream, size, on_progress)
        transfers.upload(self._session, repository, Digest(digest), body)

    def start_upload(self, repository: str) -> Upload:
        """A new upload session; raises NameRefused, Denied."""
        return transfers.start_upload(self._session, repository)

    def put_chunk(self, upload: Upload, content: bytes) -> Upload:
        """The session after `content`, the bytes from its offset on; raises UploadNotFound.

        The registry may have taken less: the offset tells.
        """
        if not content:
            return upload
        end = upload.offset + len(content)
        headers = {**BINARY, "Content-Range": f"{upload.offset}-{end - 1}"}
        request = Request("PATCH", upload.url, headers, content, repository=upload.repository)
        with self._session.exchange(request, 202, missing=errors.UploadNotFound) as response:
            offset = transfers.stated_offset(response, end)
            return replace(upload, url=request.leads_to(response.location), offset=offset)

    def upload_status(self, upload: Upload) -> Upload:
        """The session as the registry knows it, to resume it; raises UploadNotFound."""
        request = Request("GET", upload.url, repository=upload.repository)
        with self._session.exchange(request, 204, missing=errors.UploadNotFound) as response:
            url = request.leads_to(response.location) if response.location else upload.url
            return replace(upload, url=url, offset=transfers.stated_offset(response, upload.offset))

    def finish_upload(self, upload: Upload, digest: str) -> None:
        """Close the session: what was sent is the blob `digest`. Raises DigestRefused."""
        transfers.finish_upload(self._session, upload, Digest(digest), SizedBody((), 0))

    def cancel_upload(self, upload: Upload) -> None:
        """Close the session and forget what was sent; raises UploadNotFound."""
        transfers.cancel_upload(self._session, upload)

    def mount_blob(self, repository: str, digest: str, *, source: str) -> bool:
        """Whether the registry took over the blob of the repository `source`, nothing being sent.

        When it did not, the upload that it opened instead is cancelled.
        """
        query = "?" + urlencode({"mount": Digest(digest), "from": source})
        request = self._session.request("POST", repository, "blobs", "uploads", "", query=query)
        with self._session.exchange(request, 201, 202, missing=errors.BlobNotFound) as response:
            mounted = response.status == 201
            location = None if mounted else request.leads_to(response.location)
        if location:
            transfers.abandon(self._session, Upload(repository, location))
        return mounted
