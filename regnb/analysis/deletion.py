"""What goes when a manifest is deleted, and what stays.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#deleting-manifests
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from regnb.errors import NotFound
from regnb.oci import Descriptor, Digest, ImageIndex, ImageManifest, Manifest
from regnb.registry import RegistryClient

Content = Literal["tag", "manifest", "index", "config", "layer"]
Fate = Literal["goes", "waits", "stays", "breaks"]


@dataclass(frozen=True, slots=True)
class Part:
    """One content that a deletion touches; `size` in bytes, None for a tag, which is a name.

    `fate`: it `goes` now, `waits` for a garbage collection, `stays` because `used_by` need it or
    because nothing was asked about it, or `breaks`: an index that will list what is not there.
    """

    content: Content
    name: str
    fate: Fate
    size: int | None = None
    used_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deletion:
    """The deletion of the manifest `digest` of `repository`; `tags` are all that go with it."""

    repository: str
    digest: Digest
    tags: tuple[str, ...]
    parts: tuple[Part, ...]


def deletion_of(
    client: RegistryClient,
    repository: str,
    reference: str,
    users: Mapping[Digest, Sequence[str]],
) -> Deletion:
    """What deleting the manifest under `reference` does; `users` are other images by their layers.

    Raises ManifestNotFound, RepositoryNotFound.
    """
    manifest = client.get_manifest(repository, reference)
    tagged = _tagged(client, repository)
    tags = tuple(tag for tag, digest in tagged.items() if digest == manifest.digest)
    parts = [Part("tag", f"{repository}:{tag}", "goes") for tag in tags]
    is_index = isinstance(manifest, ImageIndex)
    kind: Content = "index" if is_index else "manifest"
    parts.append(Part(kind, manifest.digest, "goes", len(manifest.content)))
    parts += _broken(client, repository, tagged, manifest)
    parts += _children(manifest) if is_index else _blobs(manifest, users)
    return Deletion(repository, manifest.digest, tags, tuple(parts))


def _tagged(client: RegistryClient, repository: str) -> dict[str, Digest]:
    found = {}
    for tag in client.list_tags(repository):
        try:
            found[tag] = client.head_manifest(repository, tag).digest
        except NotFound:  # deleted since the list was read
            continue
    return found


def _broken(
    client: RegistryClient, repository: str, tagged: Mapping[str, Digest], manifest: Manifest
) -> list[Part]:
    """The indexes under a tag that list `manifest`."""
    found = []
    for tag, digest in tagged.items():
        index = client.get_manifest(repository, digest) if digest != manifest.digest else None
        if isinstance(index, ImageIndex) and manifest.digest in _digests(index.manifests):
            found.append(Part("index", f"{repository}:{tag}", "breaks", len(index.content)))
    return found


def _children(manifest: Manifest) -> list[Part]:
    entries = manifest.manifests if isinstance(manifest, ImageIndex) else ()
    return [Part("manifest", entry.digest, "stays", entry.size) for entry in entries]


def _blobs(manifest: Manifest, users: Mapping[Digest, Sequence[str]]) -> list[Part]:
    if not isinstance(manifest, ImageManifest):
        return []
    config = Part("config", manifest.config.digest, "waits", manifest.config.size)
    layers = {layer.digest: layer for layer in manifest.layers}.values()
    return [config, *(_layer(layer, users.get(layer.digest, ())) for layer in layers)]


def _layer(layer: Descriptor, users: Sequence[str]) -> Part:
    used_by = tuple(dict.fromkeys(users))
    return Part("layer", layer.digest, "stays" if used_by else "waits", layer.size, used_by)


def _digests(entries: Sequence[Descriptor]) -> set[Digest]:
    return {entry.digest for entry in entries}
