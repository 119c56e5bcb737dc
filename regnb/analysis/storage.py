"""What a registry stores: each content once, who uses it, and what that saves.

Only what a tag leads to is seen: the API lists nothing else. What a deletion left behind, and an
upload that was given up, take room until the garbage collector runs, and no client sees them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from regnb.analysis.holdings import Holding, ImageName, Part
from regnb.oci import Digest


@dataclass(frozen=True, slots=True)
class Content:
    """A content that the registry keeps once, and the tags that lead to it, sorted."""

    part: Part
    names: tuple[ImageName, ...]

    @property
    def size(self) -> int:
        """Bytes."""
        return self.part.size

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
class Freed:
    """An image, its tags, its bytes, and those that only it uses: deleting it would free them.

    A manifest is deleted with all its tags; the bytes are free once the garbage is collected.
    """

    repository: str
    digest: Digest
    tags: tuple[str, ...]
    size: int
    freed: int


@dataclass(frozen=True)
class Storage:
    """The contents of a registry, largest first, and the image of each tag."""

    contents: tuple[Content, ...]
    roots: Mapping[ImageName, Digest]

    @classmethod
    def of(cls, holdings: Iterable[Holding]) -> Storage:
        """What `holdings` lead to, each content once."""
        parts: dict[Digest, Part] = {}
        users: dict[Digest, list[ImageName]] = defaultdict(list)
        roots: dict[ImageName, Digest] = {}
        for holding in holdings:
            roots[holding.name] = holding.root.digest
            for digest, part in holding.parts().items():
                parts[digest] = part
                users[digest].append(holding.name)
        contents = (Content(part, tuple(sorted(users[digest]))) for digest, part in parts.items())
        return cls(tuple(sorted(contents, key=lambda one: (-one.size, one.part.digest))), roots)

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
        unique: Counter[str] = Counter()
        shared: Counter[str] = Counter()
        for content in self.contents:
            users = content.repositories
            for repository in users:
                (unique if len(users) == 1 else shared)[repository] += content.size
        tags = Counter(name.repository for name in self.roots)
        return [
            RepositoryShare(name, tags[name], unique[name], shared[name]) for name in sorted(tags)
        ]

    def images(self) -> list[Freed]:
        """Each image of each repository, sorted by its first tag."""
        tags: dict[tuple[str, Digest], list[str]] = defaultdict(list)
        for name, digest in sorted(self.roots.items()):
            tags[name.repository, digest].append(name.tag)
        sizes: Counter[tuple[str, Digest]] = Counter()
        freed: Counter[tuple[str, Digest]] = Counter()
        for content in self.contents:
            users = {(name.repository, self.roots[name]) for name in content.names}
            for user in users:
                sizes[user] += content.size
                freed[user] += content.size if len(users) == 1 else 0
        return [Freed(*key, tuple(names), sizes[key], freed[key]) for key, names in tags.items()]
