"""Referrers: the manifests whose subject is a given manifest.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
"""

from __future__ import annotations

import json
from urllib.parse import quote

from regnb.errors import InvalidAnswer, InvalidManifest, NotFound
from regnb.oci import Descriptor, Digest, ImageIndex, ImageManifest, Manifest, parse_manifest
from regnb.oci.json import Json, as_list
from regnb.oci.media_types import OCI_INDEX
from regnb.registry.manifests import ManifestMethods
from regnb.registry.pagination import PagedSession
from regnb.registry.transport import Request

SUBJECT_HEADER = "OCI-Subject"


class ReferrerMethods(ManifestMethods, PagedSession):
    """The methods of the client about referrers."""

    def put_manifest(
        self, repository: str, reference: str, content: bytes, *, media_type: str
    ) -> Digest:
        """Digest of `content`, stored under `reference`.

        When it has a subject and the registry keeps no list of referrers, it is added to the list
        that clients keep under a tag; two clients that do so at once may lose one of the two.
        Raises ManifestRefused, ManifestBlobMissing, DigestMismatch.
        """
        digest, headers = self._store(repository, reference, content, media_type)
        if SUBJECT_HEADER not in headers:
            manifest = _parsed(content, media_type)
            if manifest and manifest.subject:
                self._list_by_tag(repository, manifest.subject.digest, _described(manifest, digest))
        return digest

    def list_referrers(
        self, repository: str, digest: str, *, artifact_type: str | None = None
    ) -> list[Descriptor]:
        """Descriptors of the manifests whose subject is `digest`, in the registry's order.

        A registry without this part of the API is asked for the tag that clients keep instead.
        """
        subject = Digest(digest)
        query = f"?artifactType={quote(artifact_type, safe='')}" if artifact_type else ""
        url = self._at(repository, "referrers", subject) + query
        try:
            found = self._referrers(Request("GET", url, repository=repository))
        except NotFound:
            found = self._referrers_by_tag(repository, subject)
        return [entry for entry in found if artifact_type in {None, entry.artifact_type}]

    def _referrers(self, request: Request) -> list[Descriptor]:
        found: dict[Digest, Descriptor] = {}
        for page_request, page in self._pages(request):
            try:
                entries = [
                    Descriptor.from_json(entry)
                    for entry in as_list(page.get("manifests"), "manifests")
                ]
            except InvalidManifest as error:
                raise page_request.error(InvalidAnswer, "The referrers are no index.") from error
            found.update((entry.digest, entry) for entry in entries)
        return list(found.values())

    def _referrers_by_tag(self, repository: str, subject: Digest) -> list[Descriptor]:
        try:
            index = self.get_manifest(repository, referrers_tag(subject))
        except NotFound:
            return []
        return list(index.manifests) if isinstance(index, ImageIndex) else []

    def _list_by_tag(self, repository: str, subject: Digest, referrer: Descriptor) -> None:
        known = self._referrers_by_tag(repository, subject)
        if referrer.digest in {entry.digest for entry in known}:
            return
        index: Json = {
            "schemaVersion": 2,
            "mediaType": OCI_INDEX,
            "manifests": [entry.to_json() for entry in (*known, referrer)],
        }
        content = json.dumps(index).encode()
        self._store(repository, referrers_tag(subject), content, OCI_INDEX)


def referrers_tag(subject: Digest) -> str:
    """The tag under which clients list the referrers of `subject` themselves.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
    """
    return f"{subject.algorithm[:32]}-{subject.hex[:64]}"


def _parsed(content: bytes, media_type: str) -> Manifest | None:
    """What a registry took for a manifest, if it is one for us too."""
    try:
        return parse_manifest(content, media_type)
    except InvalidManifest:
        return None


def _described(manifest: Manifest, digest: Digest) -> Descriptor:
    """The entry of `manifest` in a list of referrers: the type of an image is its config's."""
    artifact_type = manifest.artifact_type
    if not artifact_type and isinstance(manifest, ImageManifest):
        artifact_type = manifest.config.media_type
    return Descriptor(
        manifest.media_type,
        digest,
        len(manifest.content),
        annotations=manifest.annotations,
        artifact_type=artifact_type,
    )
