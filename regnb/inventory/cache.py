"""What registries were asked before: contents by digest, which never means anything else.

Kept are manifests, and the facts of each tag that was read in whole. Beside them are lists of names
and the digests that tags had when they were last asked for, which are hints only. What is new is
written many at a time.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Self, TypeAlias, TypeVar

from platformdirs import user_cache_path

from regnb.compression import zstd
from regnb.errors import DigestMismatch
from regnb.inventory.contents import TagFacts, facts_from_bytes, facts_to_bytes
from regnb.inventory.database import Store, prune, today
from regnb.oci import Digest

# Some hundred thousand tags.
LIMIT = 512 << 20
_MANY = 2000
_MANIFEST, _FACTS = 0, 1
_FORGET = "DELETE FROM tags WHERE (registry, repository, tag) = (?, ?, ?)"
_PUT = "REPLACE INTO contents VALUES (?, ?, ?, ?, ?)"
_GET = "SELECT content, media_type, used, rowid FROM contents WHERE digest = ? AND kind = ?"
_TAGS = "SELECT tag, digest, asked FROM tags WHERE registry = ? AND repository = ?"
_ROWS = """
SELECT tag, tags.digest, content, used, contents.rowid FROM tags
JOIN contents ON contents.digest = tags.digest AND kind = 1
WHERE registry = ? AND repository = ? AND asked > ?
"""
_LIST = "SELECT names, asked FROM lists WHERE registry = ? AND repository = ?"

K = TypeVar("K")
V = TypeVar("V")
_ContentKey: TypeAlias = tuple[bytes, int]
_ListKey: TypeAlias = tuple[str, str]
_TagKey: TypeAlias = tuple[str, str, str]


class Kept(NamedTuple):
    """A content and its media type."""

    content: bytes
    media_type: str


class LastSeen(NamedTuple):
    """The digest that a tag had, and when (seconds since 1970)."""

    digest: Digest
    asked: float


def default_path() -> Path:
    """The file in the user's folder for caches."""
    return user_cache_path("regnb") / "contents.sqlite"


class ContentCache:
    """The file `path`, or a temporary one; safe to use from several threads and processes.

    A cache never stands in the way: where the file cannot be read or written, nothing is kept. It
    has at most about `limit` bytes: what was not used for longest is forgotten.
    """

    def __init__(self, path: Path | None, *, limit: int = LIMIT) -> None:
        self._store = Store(path)
        self._limit = limit
        self._day = today()
        self._writing = threading.Lock()
        self._contents: dict[_ContentKey, Kept] = {}
        self._tags: dict[_TagKey, LastSeen] = {}
        self._lists: dict[_ListKey, tuple[set[str], float]] = {}
        self._gone: list[_TagKey] = []
        self._used: set[int] = set()

    def get(self, digest: Digest) -> Kept | None:
        """The manifest of `digest`, verified again; None when it is not kept."""
        kept = self._find(digest, _MANIFEST)
        if kept:
            try:
                digest.verify(kept.content)
            except DigestMismatch:
                return None
        return kept

    def put(self, digest: Digest, kept: Kept) -> None:
        """Keep a manifest, which is known to have `digest`."""
        self._put(digest, _MANIFEST, kept)

    def facts(self, repository: str, tag: str, digest: Digest) -> TagFacts | None:
        """The facts of the tag when it is `digest`; None when they are not kept."""
        kept = self._find(digest, _FACTS)
        return facts_from_bytes(kept.content, repository, tag, digest) if kept else None

    def put_facts(self, digest: Digest, facts: TagFacts) -> None:
        """Keep the facts of any tag that is `digest`."""
        self._put(digest, _FACTS, Kept(facts_to_bytes(facts), ""))

    def rows(self, registry: str, repository: str, since: float) -> dict[str, TagFacts]:
        """The facts of the tags of `repository` that were asked for after `since`."""
        found = {}
        key = (registry, repository, since)
        rows = self._store.ask(lambda one: one.execute(_ROWS, key).fetchall())
        for tag, raw, content, used, number in rows or ():
            self._note_use(used, number)
            if facts := facts_from_bytes(content, repository, tag, _digest(raw)):
                found[tag] = facts
        return found

    def tags(self, registry: str, repository: str) -> dict[str, LastSeen]:
        """What the tags of `repository` were."""
        key = (registry, repository)
        rows = self._store.ask(lambda one: one.execute(_TAGS, key).fetchall())
        seen = {tag: LastSeen(_digest(raw), asked) for tag, raw, asked in rows or ()}
        if self._tags:
            new = self._tags.copy()
            seen |= {name[2]: last for name, last in new.items() if name[:2] == key}
        return seen

    def put_tag(self, registry: str, repository: str, tag: str, seen: LastSeen) -> None:
        """Keep what a tag is."""
        self._tags[registry, repository, tag] = seen

    def names(self, registry: str, repository: str, *, since: float) -> set[str] | None:
        """The tags of `repository`, when they were listed after `since` (seconds since 1970).

        Without a repository: the repositories.
        """
        key = (registry, repository)
        if known := self._lists.get(key):
            return known[0] if known[1] > since else None
        row = self._store.ask(lambda one: one.execute(_LIST, key).fetchone())
        return set(json.loads(row[0])) if row and row[1] > since else None

    def put_names(
        self, registry: str, repository: str, names: set[str], asked: float, gone: Iterable[str]
    ) -> None:
        """Keep which tags there are, and forget what others were: those in `gone`."""
        self._lists[registry, repository] = (names, asked)
        self._gone += [(registry, repository, tag) for tag in gone]

    def commit(self) -> None:
        """Write to the file what is new."""
        with self._writing:
            contents, tags, lists = self._contents.copy(), self._tags.copy(), self._lists.copy()
            gone, self._gone = self._gone, []
            used, self._used = self._used, set()

            def write(connection: sqlite3.Connection) -> None:
                with connection:
                    write_many = connection.executemany
                    write_many(_FORGET, gone)
                    write_many(_PUT, self._packed(contents))
                    write_many("REPLACE INTO tags VALUES (?, ?, ?, ?, ?)", _tag_rows(tags))
                    write_many("REPLACE INTO lists VALUES (?, ?, ?, ?)", _list_rows(lists))
                    days = [(self._day, number) for number in used]
                    write_many("UPDATE contents SET used = ? WHERE rowid = ?", days)

            self._store.ask(write)
            # Only now: until then they were found here.
            _drop(self._contents, contents)
            _drop(self._tags, tags)
            _drop(self._lists, lists)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Write to the file what is new; nothing is kept after that."""
        self.commit()
        self._store.ask(lambda connection: prune(connection, self._limit))
        self._store.close()

    def _find(self, digest: Digest, kind: int) -> Kept | None:
        key = (bytes.fromhex(digest.hex), kind)
        if kept := self._contents.get(key):
            return kept
        row = self._store.ask(lambda connection: connection.execute(_GET, key).fetchone())
        if row is None:
            return None
        content, media_type, used, number = row
        self._note_use(used, number)
        try:
            return Kept(content if kind == _FACTS else zstd.decompress(content), media_type)
        except zstd.ZstdError:
            return None

    def _note_use(self, used: int, number: int) -> None:
        if used != self._day:  # to the day: else each reading would be a writing
            self._used.add(number)

    def _put(self, digest: Digest, kind: int, kept: Kept) -> None:
        self._contents[bytes.fromhex(digest.hex), kind] = kept
        if len(self._contents) >= _MANY:  # who reads does not go on with the rows
            self.commit()

    def _packed(
        self, contents: dict[_ContentKey, Kept]
    ) -> Iterable[tuple[bytes, int, str, bytes, int]]:
        compressor = zstd.ZstdCompressor(1)
        for (raw, kind), (content, media_type) in contents.items():
            packed = content
            if kind == _MANIFEST:
                packed = compressor.compress(content, compressor.FLUSH_FRAME)
            yield raw, kind, media_type, packed, self._day


def _digest(raw: bytes) -> Digest:
    return Digest(f"{'sha256' if len(raw) == 32 else 'sha512'}:{raw.hex()}")


def _tag_rows(tags: dict[_TagKey, LastSeen]) -> Iterable[tuple[str, str, str, bytes, float]]:
    for key, (digest, asked) in tags.items():
        yield *key, bytes.fromhex(digest.hex), asked


def _list_rows(
    lists: dict[_ListKey, tuple[set[str], float]],
) -> Iterable[tuple[str, str, str, float]]:
    for key, (names, asked) in lists.items():
        yield *key, json.dumps(sorted(names)), asked


def _drop(everything: dict[K, V], written: dict[K, V]) -> None:
    for key, value in written.items():
        if everything.get(key) is value:
            del everything[key]
