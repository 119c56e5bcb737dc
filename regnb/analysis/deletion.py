"""What goes when a manifest is deleted, and what stays.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#deleting-manifests
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from regnb.errors import NotFound
from regnb.inventory import ContentKind, TagContents
from regnb.oci import Descriptor, Digest, ImageIndex, ImageManifest, Manifest
from regnb.registry import RegistryClient

Fate = Literal["goes", "waits", "stays", "breaks"]


@dataclass(frozen=True, slots=True)
class Part:
    """One content that a deletion touches; `size` in bytes, None for a tag, which is a name.

    `fate`: it `goes` now, `waits` for a garbage collection, `stays` because `used_by` need it or
    because nothing was asked about it, or `breaks`: an index that will list what is not there.
    """

    content: Literal["tag"] | ContentKind
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
    held: Iterable[TagContents],
) -> Deletion:
    """What deleting the manifest under `reference` does in a registry where all that is `held`.

    Raises ManifestNotFound, RepositoryNotFound.
    """
    manifest = client.get_manifest(repository, reference)
    tagged = _tagged(client, repository)
    tags = tuple(tag for tag, digest in tagged.items() if digest == manifest.digest)
    parts = [Part("tag", f"{repository}:{tag}", "goes") for tag in tags]
    users = _users(held, repository, manifest.digest)
    is_index = isinstance(manifest, ImageIndex)
    kind: ContentKind = "index" if is_index else "manifest"
    parts.append(Part(kind, manifest.digest, "goes", len(manifest.content)))
    parts += _broken(client, repository, tagged, manifest)
    parts += _children(manifest) if is_index else _blobs(manifest, users)
    return Deletion(repository, manifest.digest, tags, tuple(parts))


def _users(
    held: Iterable[TagContents], repository: str, digest: Digest
) -> Mapping[Digest, Sequence[str]]:
    """The images that stay, by each content that they are made of."""
    users: dict[Digest, list[str]] = defaultdict(list)
    for tag in held:
        if tag.root and (tag.repository, tag.root.digest) != (repository, digest):
            for content in tag.contents():
                users[content].append(str(tag.name))
    return {content: sorted(names) for content, names in users.items()}


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
    layers = {layer.digest: layer for layer in manifest.layers}.values()
    blobs = [_blob("config", manifest.config, users)]
    return [*blobs, *(_blob("layer", layer, users) for layer in layers)]


def _blob(kind: ContentKind, blob: Descriptor, users: Mapping[Digest, Sequence[str]]) -> Part:
    used_by = tuple(users.get(blob.digest, ()))
    return Part(kind, blob.digest, "stays" if used_by else "waits", blob.size, used_by)


def _digests(entries: Sequence[Descriptor]) -> set[Digest]:
    return {entry.digest for entry in entries}
