"""Manifests and indexes, by tag or by digest.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
"""

from __future__ import annotations

from typing import NamedTuple

from urllib3 import HTTPHeaderDict

from regnb.errors import (
    DigestMismatch,
    InvalidAnswer,
    InvalidDigest,
    InvalidManifest,
    ManifestNotFound,
)
from regnb.oci import Descriptor, Digest, Manifest, parse_manifest
from regnb.oci.media_types import ACCEPTED_MANIFESTS
from regnb.registry.session import Session, check_reference
from regnb.registry.transport import Request, Response

DIGEST_HEADER = "Docker-Content-Digest"
# What a registry has to accept, and what most accept at most.
MANIFEST_LIMIT = 4 << 20
# The specification says 202; others than Distribution say that it is done.
DELETED = (202, 200, 204)
_SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+"
_ACCEPT = {"Accept": ", ".join(ACCEPTED_MANIFESTS)}


class RawManifest(NamedTuple):
    """A manifest as it came: its bytes, and what the headers say of it."""

    content: bytes
    media_type: str
    digest: Digest | None
    headers: HTTPHeaderDict


class ManifestMethods(Session):
    """The methods of the client about manifests."""

    def get_manifest(self, repository: str, reference: str) -> Manifest:
        """Manifest or index under `reference`, a tag or a digest, its bytes verified.

        Raises ManifestNotFound, RepositoryNotFound, DigestMismatch or InvalidManifest.
        """
        found = self.fetch_manifest(repository, reference)
        return parse_manifest(found.content, found.media_type)

    def fetch_manifest(self, repository: str, reference: str) -> RawManifest:
        """The bytes under `reference`, a tag or a digest, verified and not looked into.

        Raises ManifestNotFound, RepositoryNotFound, DigestMismatch, InvalidManifest when huge.
        """
        request = self._manifest_request("GET", repository, reference)
        with self._exchange(request, 200, missing=ManifestNotFound) as response:
            content = response.read(MANIFEST_LIMIT + 1)
        if len(content) > MANIFEST_LIMIT:
            raise InvalidManifest("it is larger than 4 MiB")
        told = Digest(reference) if ":" in reference else digest_told(response, request)
        media_type = response.headers.get("Content-Type", "")
        # The digest of a manifest of schema 1 is not of all its bytes.
        if told and not media_type.startswith(_SCHEMA1):
            told.verify(content)
        return RawManifest(content, media_type, told, response.headers)

    def ask_manifest(self, repository: str, reference: str) -> RawManifest:
        """What the headers tell of the manifest under `reference`; no content was asked for.

        Raises ManifestNotFound, RepositoryNotFound.
        """
        request = self._manifest_request("HEAD", repository, reference)
        with self._exchange(request, 200, missing=ManifestNotFound) as response:
            told = digest_told(response, request)
        media_type = response.headers.get("Content-Type", "")
        return RawManifest(b"", media_type, told, response.headers)

    def head_manifest(self, repository: str, reference: str) -> Descriptor:
        """Media type, digest and size of the manifest under `reference`, without its content.

        A registry that does not tell them in the headers is asked for the manifest instead.
        Raises ManifestNotFound, DigestMismatch.
        """
        asked = self.ask_manifest(repository, reference)
        digest, media_type = asked.digest, asked.media_type.partition(";")[0].strip()
        size = asked.headers.get("Content-Length", "")
        if digest is None or media_type not in ACCEPTED_MANIFESTS or not size.isdecimal():
            manifest = self.get_manifest(repository, reference)
            return Descriptor(manifest.media_type, manifest.digest, len(manifest.content))
        if ":" in reference and digest != reference:
            raise DigestMismatch(reference, digest)
        return Descriptor(media_type, digest, int(size))

    def put_manifest(
        self, repository: str, reference: str, content: bytes, *, media_type: str
    ) -> Digest:
        """Digest of `content`, stored under `reference`.

        Raises ManifestRefused, ManifestBlobMissing, DigestMismatch.
        """
        return self._store(repository, reference, content, media_type)[0]

    def _store(
        self, repository: str, reference: str, content: bytes, media_type: str
    ) -> tuple[Digest, HTTPHeaderDict]:
        """Digest of `content` once it is stored, and the headers of the answer."""
        url = self._at(repository, "manifests", check_reference(reference))
        headers = {"Content-Type": media_type}
        request = Request("PUT", url, headers, content, repository=repository)
        with self._exchange(request, 201, 202) as response:
            told = digest_told(response, request)
        if told:
            told.verify(content)
        return told or Digest.of(content), response.headers

    def delete_manifest(self, repository: str, digest: str) -> None:
        """Delete the manifest and with it all tags that point to it; its blobs stay.

        Raises ManifestNotFound, or Unsupported when the registry runs without deletion.
        """
        url = self._at(repository, "manifests", Digest(digest))
        request = Request("DELETE", url, repository=repository)
        self._exchange(request, *DELETED, missing=ManifestNotFound).close()

    def _manifest_request(self, method: str, repository: str, reference: str) -> Request:
        url = self._at(repository, "manifests", check_reference(reference))
        return Request(method, url, _ACCEPT, repository=repository)


def digest_told(response: Response, request: Request) -> Digest | None:
    """The digest that the registry tells of the content; raises InvalidAnswer for nonsense."""
    text = response.headers.get(DIGEST_HEADER)
    try:
        return Digest(text) if text else None
    except InvalidDigest as error:
        raise request.error(InvalidAnswer, f"`{DIGEST_HEADER}` is no digest.") from error
