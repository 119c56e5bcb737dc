"""What a registry stores: each content once, who uses it, what that saves, what a deletion frees.

Only what a tag leads to is seen: the API lists nothing else. What a deletion left behind, and an
upload that was given up, take room until the garbage collector runs, and no client sees them.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#deleting-manifests
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, TypeVar

from regnb.errors import InvalidManifest, NotFound
from regnb.inventory import Content, ContentKind, Sharing, TagContents, TagName
from regnb.oci import Descriptor, Digest, ImageIndex, ImageManifest, Manifest
from regnb.registry import RegistryClient

Fate = Literal["goes", "waits", "stays", "breaks"]
U = TypeVar("U", bound=Hashable)


@dataclass(frozen=True, slots=True)
class StoredContent:
    """A content that the registry keeps once, and the tags that lead to it, sorted."""

    content: Content
    names: tuple[TagName, ...]

    @property
    def size(self) -> int:
        """Bytes."""
        return self.content.size

    @property
    def repositories(self) -> tuple[str, ...]:
        """The repositories that have it, sorted."""
        return tuple(sorted({name.repository for name in self.names}))


@dataclass(frozen=True, slots=True)
class RepositoryShare:
    """What a repository uses: `unique` bytes are its alone, `shared` ones others use as well."""

    repository: str
    tags: int
    unique: int
    shared: int


@dataclass(frozen=True, slots=True)
class ImageShare:
    """An image, its tags, its bytes, and those that only it uses: deleting it would free them.

    A manifest is deleted with all its tags; the bytes are free once the garbage is collected.
    """

    repository: str
    digest: Digest
    tags: tuple[str, ...]
    size: int
    freed: int


@dataclass(frozen=True)
class Usage:
    """The contents of a registry, largest first, and the image of each tag."""

    contents: tuple[StoredContent, ...]
    roots: Mapping[TagName, Digest]

    @classmethod
    def of(cls, tags: Iterable[TagContents]) -> Usage:
        """What `tags` lead to, each content once."""
        contents: dict[Digest, Content] = {}
        users: dict[Digest, list[TagName]] = defaultdict(list)
        roots: dict[TagName, Digest] = {}
        for tag in tags:
            if tag.root:
                roots[tag.name] = tag.root.digest
                for digest, content in tag.contents().items():
                    contents[digest] = content
                    users[digest].append(tag.name)
        stored = [StoredContent(contents[one], tuple(sorted(users[one]))) for one in contents]
        return cls(tuple(sorted(stored, key=lambda one: (-one.size, one.content.digest))), roots)

    @property
    def stored(self) -> int:
        """Bytes, each content counted once."""
        return sum(item.size for item in self.contents)

    @property
    def unshared(self) -> int:
        """Bytes that it would be if each tag had contents of its own."""
        return sum(item.size * len(item.names) for item in self.contents)

    @property
    def saved(self) -> int:
        """Bytes that sharing saves."""
        return self.unshared - self.stored

    def repositories(self) -> list[RepositoryShare]:
        """The share of each repository, sorted by name; each content counts once in it."""
        tags = Counter(name.repository for name in self.roots)
        shares = self._shares(lambda name: name.repository)
        return [
            RepositoryShare(name, tags[name], unique, size - unique)
            for name, (size, unique) in sorted(shares.items())
        ]

    def images(self) -> list[ImageShare]:
        """Each image of each repository, sorted by its first tag."""
        tags: dict[tuple[str, Digest], list[str]] = defaultdict(list)
        for name, digest in sorted(self.roots.items()):
            tags[name.repository, digest].append(name.tag)
        shares = self._shares(lambda name: (name.repository, self.roots[name]))
        return [ImageShare(*key, tuple(names), *shares[key]) for key, names in tags.items()]

    def _shares(self, user_of: Callable[[TagName], U]) -> dict[U, tuple[int, int]]:
        """Bytes of the contents of each user of a tag, and of those that only this user has."""
        held: dict[U, list[tuple[bytes, int]]] = defaultdict(list)
        for stored in self.contents:
            for user in {user_of(name) for name in stored.names}:
                held[user].append((stored.content.digest.encode(), stored.size))
        sharing = Sharing()
        numbers = {user: sharing.add(contents) for user, contents in held.items()}
        return {
            user: (sharing.size(mine), sharing.size(mine, unique=True))
            for user, mine in numbers.items()
        }


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
        index = None
        with suppress(InvalidManifest):  # a tag may lead to what is no image
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
