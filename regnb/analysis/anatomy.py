"""How the contents of an image hang together, from its index or manifest down to its layers.

Attestations are images by their form only: they belong to the image that they speak of,
https://docs.docker.com/build/metadata/attestations/attestation-storage/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from regnb.analysis.layer_files import LayerFile, read_layer
from regnb.errors import NotFound
from regnb.oci import Descriptor, Digest, ImageIndex, ImageManifest, Manifest
from regnb.registry import RegistryClient

Role = Literal["index", "manifest", "attestation", "config", "layer", "statement", "missing"]


@dataclass(slots=True)
class ImagePart:
    """A content of an image; `size` in bytes, `content` for manifests and indexes.

    `missing` is a manifest that an index lists and the registry does not have.
    """

    role: Role
    media_type: str
    digest: Digest
    size: int
    platform: str = ""
    content: bytes | None = None
    parts: list[ImagePart] = field(default_factory=list)

    def all(self) -> Iterator[ImagePart]:
        """This one and all below, each before its parts."""
        yield self
        for part in self.parts:
            yield from part.all()


@dataclass(frozen=True, slots=True)
class ImageReader:
    """Reads the contents of the images of one repository."""

    client: RegistryClient
    repository: str

    def read(self, reference: str) -> ImagePart:
        """The image of `reference` with all its parts. Raises NotFound."""
        root = self.client.get_manifest(self.repository, reference)
        return self._part_of(root, Descriptor(root.media_type, root.digest, len(root.content)))

    def content(self, part: ImagePart) -> bytes:
        """Its exact bytes: for all but layers, which are large. Raises NotFound."""
        if part.content is not None:
            return part.content
        return self.client.get_blob(self.repository, part.digest)

    def files(self, part: ImagePart) -> Iterator[LayerFile]:
        """The files of a layer, read while it streams. Raises InvalidLayer, NotFound."""
        return read_layer(self.client.stream_blob(self.repository, part.digest))

    def _part_of(self, manifest: Manifest, entry: Descriptor) -> ImagePart:
        if isinstance(manifest, ImageIndex):
            parts = _attached([self._child(item) for item in manifest.manifests], manifest)
            return _made("index", entry, manifest.content, parts)
        role: Role = "attestation" if entry.is_attestation else "manifest"
        return _made(role, entry, manifest.content, _parts(manifest, role))

    def _child(self, entry: Descriptor) -> ImagePart:
        try:
            return self._part_of(self.client.get_manifest(self.repository, entry.digest), entry)
        except NotFound:
            return _made("missing", entry)


def _attached(parts: list[ImagePart], index: ImageIndex) -> list[ImagePart]:
    """`parts` of the entries of `index`, the attestations below what they attest."""
    by_digest = {str(part.digest): part for part in parts}
    left = []
    for part, entry in zip(parts, index.manifests, strict=True):
        image = by_digest.get(entry.attested or "")
        if entry.is_attestation and image and image is not part:
            image.parts.append(part)
        else:
            left.append(part)
    return left


def _parts(manifest: ImageManifest, role: Role) -> list[ImagePart]:
    kind: Role = "statement" if role == "attestation" else "layer"
    layers = [_made(kind, layer) for layer in manifest.layers]
    return [_made("config", manifest.config), *layers]


def _made(
    role: Role,
    entry: Descriptor,
    content: bytes | None = None,
    parts: list[ImagePart] | None = None,
) -> ImagePart:
    known = entry.platform and not entry.platform.is_unknown
    platform = str(entry.platform) if known else ""
    return ImagePart(
        role, entry.media_type, entry.digest, entry.size, platform, content, parts or []
    )
