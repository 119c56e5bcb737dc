"""The images of a registry: under which names, and which contents they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from regnb.errors import NotFound
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


def names_of(client: RegistryClient) -> Iterator[ImageName]:
    """Every tag of every repository, sorted."""
    for repository in client.list_repositories():
        try:
            tags = client.list_tags(repository)
        except NotFound:  # deleted since the list was read
            continue
        yield from (ImageName(repository, tag) for tag in tags)


def holdings(client: RegistryClient) -> Iterator[Holding]:
    """What each tag leads to; a tag that is deleted meanwhile is left out."""
    known: dict[Digest, Manifest] = {}
    for name in names_of(client):
        try:
            yield holding(client, name, known)
        except NotFound:
            continue


def holding(client: RegistryClient, name: ImageName, known: dict[Digest, Manifest]) -> Holding:
    """What `name` leads to; manifests that are `known` are not asked for again.

    Of an index, platforms that the registry does not have are left out. Raises NotFound.
    """
    root = client.get_manifest(name.repository, name.tag)
    found = (_child(client, name.repository, item, known) for item in _listed(root))
    return Holding(name, root, tuple(item for item in found if item))


def _child(
    client: RegistryClient, repository: str, entry: Descriptor, known: dict[Digest, Manifest]
) -> Manifest | None:
    if entry.digest not in known:
        try:
            known[entry.digest] = client.get_manifest(repository, entry.digest)
        except NotFound:
            return None
    return known[entry.digest]


def _listed(root: Manifest) -> tuple[Descriptor, ...]:
    return root.manifests if isinstance(root, ImageIndex) else ()


def _part(kind: Kind, descriptor: Descriptor) -> Part:
    return Part(kind, descriptor.digest, descriptor.size)
