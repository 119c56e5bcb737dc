"""A registry as one browses it: repositories, their tags, and an image behind a tag."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from regnb.errors import ManifestNotFound, RepositoryNotFound
from regnb.oci import ImageConfig, ImageIndex, ImageManifest, Platform, media_types
from regnb.registry import RegistryClient


@dataclass(frozen=True, slots=True)
class BrowsedImage:
    """What a reference leads to; `index` when it leads to a choice, of which `manifest` is one.

    `manifest` is None for an index without images, `config` for what is no image.
    """

    repository: str
    reference: str
    index: ImageIndex | None
    manifest: ImageManifest | None
    config: ImageConfig | None

    @property
    def digest(self) -> str:
        """Digest of what the reference names."""
        named = self.index or self.manifest
        return str(named.digest) if named else ""


class RegistryBrowser:
    """Asks a registry for what one looks at; of an index it chooses the image for `platform`.

    Each method raises RegistryError.
    """

    def __init__(self, client: RegistryClient, platform: Platform) -> None:
        self._client = client
        self._platform = platform

    def repositories(self) -> list[str]:
        """Names of the repositories, sorted."""
        return self._client.list_repositories()

    def tags(self, repository: str) -> list[str]:
        """Tags of a repository, sorted; none when it is gone."""
        try:
            return self._client.list_tags(repository)
        except RepositoryNotFound:
            return []

    def digest(self, repository: str, reference: str) -> str:
        """What `reference` names now; empty when nothing."""
        try:
            return str(self._client.head_manifest(repository, reference).digest)
        except ManifestNotFound:
            return ""

    def image(self, repository: str, reference: str, chosen: str = "") -> BrowsedImage:
        """What `reference` leads to; of an index, the manifest with the digest `chosen`."""
        found = self._client.get_manifest(repository, reference)
        index = found if isinstance(found, ImageIndex) else None
        manifest = found if isinstance(found, ImageManifest) else None
        if index:
            manifest = self._choose(repository, index, chosen)
        config = None
        if manifest and media_types.is_config(manifest.config.media_type):
            config = self._client.get_config(repository, manifest)
        return BrowsedImage(repository, reference, index, manifest, config)

    def layer(self, repository: str, digest: str) -> Iterator[bytes]:
        """The bytes of a layer."""
        return self._client.stream_blob(repository, digest)

    def _choose(self, repository: str, index: ImageIndex, chosen: str) -> ImageManifest | None:
        listed = {str(entry.digest): entry for entry in index.manifests}
        entry = listed.get(chosen) or index.best_for(self._platform)
        found = self._client.get_manifest(repository, entry.digest) if entry else None
        return found if isinstance(found, ImageManifest) else None
