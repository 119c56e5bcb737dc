"""The images of a registry: under which names, and which contents they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from regnb.errors import NotFound
from regnb.inventory import OnCount, tag_contents
from regnb.oci import Descriptor, Digest, ImageIndex, ImageManifest, Manifest
from regnb.registry import RegistryClient

Kind = Literal["index", "manifest", "config", "layer"]


class ImageName(NamedTuple):
    """A tag of a repository."""

    repository: str
    tag: str

    def __str__(self) -> str:
        return f"{self.repository}:{self.tag}"


@dataclass(frozen=True, slots=True)
class Part:
    """A content that an image is made of; `size` in bytes."""

    kind: Kind
    digest: Digest
    size: int


@dataclass(frozen=True, slots=True)
class Holding:
    """What a tag leads to: its manifest or index, and the manifests that the index lists."""

    name: ImageName
    root: Manifest
    children: tuple[Manifest, ...] = ()

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """The root and what it lists."""
        return (self.root, *self.children)

    @property
    def images(self) -> list[ImageManifest]:
        """The manifests of single images."""
        return [item for item in self.manifests if isinstance(item, ImageManifest)]

    def parts(self) -> dict[Digest, Part]:
        """Every content, once."""
        found: dict[Digest, Part] = {}
        for manifest in self.manifests:
            kind: Kind = "index" if isinstance(manifest, ImageIndex) else "manifest"
            found[manifest.digest] = Part(kind, manifest.digest, len(manifest.content))
        for image in self.images:
            found[image.config.digest] = _part("config", image.config)
            found |= {layer.digest: _part("layer", layer) for layer in image.layers}
        return found


def holdings(client: RegistryClient, on_count: OnCount | None = None) -> Iterator[Holding]:
    """What each tag leads to, as it arrives: several connections ask at once.

    A tag that is deleted meanwhile is left out, and platforms that the registry does not have are.
    `on_count` is called with the tags read and those known of so far. Raises what else the
    registry refuses.
    """
    for contents in tag_contents(client, on_count=on_count):
        if contents.problem and not isinstance(contents.problem, NotFound):
            raise contents.problem
        if contents.root:
            name = ImageName(contents.repository, contents.tag)
            children = tuple(child.manifest for child in contents.children)
            yield Holding(name, contents.root, children)


def _part(kind: Kind, descriptor: Descriptor) -> Part:
    return Part(kind, descriptor.digest, descriptor.size)
