"""The samples, read like a registry."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from regnb.embedded.samples.recipes import Sample, recipes, sample_of
from regnb.errors import BlobNotFound, ManifestNotFound
from regnb.oci import Hasher, ImageReference, Manifest, parse_manifest


class SampleRegistry:
    """The registry client's methods that a pull uses, on the samples."""

    def list_tags(self, repository: str) -> list[str]:
        """Tags of `repository`, sorted; none when there is no sample of it."""
        return sorted(_tags(repository))

    def get_manifest(self, repository: str, reference: str) -> Manifest:
        """Manifest or index by tag or digest; raises ManifestNotFound."""
        sample = _tags(repository).get(reference)
        if sample:
            return sample.top
        content = _contents(repository).get(reference)
        if content is None:
            raise ManifestNotFound("manifest unknown", status=404, code="MANIFEST_UNKNOWN")
        return parse_manifest(content)

    def get_blob(self, repository: str, digest: str) -> bytes:
        """Content of a config or layer; raises BlobNotFound."""
        content = _contents(repository).get(digest)
        if content is None:
            raise BlobNotFound("blob unknown", status=404, code="BLOB_UNKNOWN")
        return content

    def stream_blob(
        self, repository: str, digest: str, *, start: int = 0, hasher: Hasher | None = None
    ) -> Iterator[bytes]:
        """Content of a config or layer from the byte `start`; raises BlobNotFound."""
        content = self.get_blob(repository, digest)[start:]
        if hasher:
            hasher.update(content)
        yield content


def offered(repository: str) -> list[str]:
    """Names that there is a sample of: those of `repository`, else one for each repository."""
    own = [f"{_short(repository)}:{tag}" for tag in sorted(_tags(repository))]
    return own or sorted({_short(recipe.repository) for recipe in recipes()})


def _short(repository: str) -> str:
    return ImageReference.parse(repository).name


@cache
def _tags(repository: str) -> dict[str, Sample]:
    found = [recipe for recipe in recipes() if recipe.repository == repository]
    samples = ((recipe.tags, sample_of(recipe)) for recipe in found)
    return {tag: sample for tags, sample in samples for tag in tags}


@cache
def _contents(repository: str) -> dict[str, bytes]:
    samples = _tags(repository).values()
    return {digest: content for sample in samples for digest, content in sample.contents.items()}
