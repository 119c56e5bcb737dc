"""What a registry stores: each content once, who uses it, and what that saves.

Only what a tag leads to is seen: the API lists nothing else. What a deletion left behind, and an
upload that was given up, take room until the garbage collector runs, and no client sees them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from regnb.inventory import Content, Sharing, TagContents, TagName
from regnb.oci import Digest

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

    contents: tuple[StoredContent, ...]
    roots: Mapping[TagName, Digest]

    @classmethod
    def of(cls, tags: Iterable[TagContents]) -> Storage:
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

    def images(self) -> list[Freed]:
        """Each image of each repository, sorted by its first tag."""
        tags: dict[tuple[str, Digest], list[str]] = defaultdict(list)
        for name, digest in sorted(self.roots.items()):
            tags[name.repository, digest].append(name.tag)
        shares = self._shares(lambda name: (name.repository, self.roots[name]))
        return [Freed(*key, tuple(names), *shares[key]) for key, names in tags.items()]

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
