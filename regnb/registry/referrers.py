"""Referrers: the manifests whose subject is a given manifest.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
"""

from __future__ import annotations

from urllib.parse import quote

from regnb.errors import InvalidAnswer, InvalidManifest, ManifestNotFound, NotFound
from regnb.oci import Descriptor, Digest, ImageIndex
from regnb.oci.json import as_list
from regnb.registry.manifests import ManifestMethods
from regnb.registry.pagination import PagedSession
from regnb.registry.transport import Request


class ReferrerMethods(ManifestMethods, PagedSession):
    """The methods of the client about referrers."""

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
        except ManifestNotFound:
            return []
        return list(index.manifests) if isinstance(index, ImageIndex) else []


def referrers_tag(subject: Digest) -> str:
    """The tag under which clients list the referrers of `subject` themselves.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
    """
    return f"{subject.algorithm[:32]}-{subject.hex[:64]}"
