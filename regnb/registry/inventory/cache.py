"""Manifests and configs by digest, kept on disk: a digest never means anything else.

Beside them is the digest that each tag had when it was last asked for, which is a hint only.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Self, TypeVar

from backports import zstd
from platformdirs import user_cache_path

from regnb.errors import DigestMismatch
from regnb.oci import Digest

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS contents (
    digest TEXT PRIMARY KEY, media_type TEXT NOT NULL, content BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tags (
    registry TEXT, repository TEXT, tag TEXT, digest TEXT NOT NULL, asked REAL NOT NULL,
    PRIMARY KEY (registry, repository, tag)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lists (
    registry TEXT, repository TEXT, tags TEXT NOT NULL, asked REAL NOT NULL,
    PRIMARY KEY (registry, repository)
) WITHOUT ROWID;
"""
_PATIENCE = 5.0  # seconds, for another process that writes
T = TypeVar("T")


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

    A cache never stands in the way: where the file cannot be read or written, nothing is kept.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._connection = _opened(path)

    def get(self, digest: Digest) -> Kept | None:
        """The content of `digest`, verified again; None when it is not kept."""
        query = "SELECT content, media_type FROM contents WHERE digest = ?"
        row = self._ask(lambda connection: connection.execute(query, (digest,)).fetchone())
        if row is None:
            return None
        try:
            content = zstd.decompress(row[0])
            digest.verify(content)
        except (zstd.ZstdError, DigestMismatch):
            return None
        return Kept(content, row[1])

    def put(self, digest: Digest, kept: Kept) -> None:
        """Keep a content, which is known to have `digest`."""
        row = (digest, kept.media_type, zstd.compress(kept.content, 1))
        self._ask(lambda one: one.execute("REPLACE INTO contents VALUES (?, ?, ?)", row))

    def tags(self, registry: str, repository: str) -> dict[str, LastSeen]:
        """What the tags of `repository` were."""
        query = "SELECT tag, digest, asked FROM tags WHERE registry = ? AND repository = ?"
        rows = self._ask(lambda one: one.execute(query, (registry, repository)).fetchall())
        return {tag: LastSeen(Digest(digest), asked) for tag, digest, asked in rows or ()}

    def put_tag(self, registry: str, repository: str, tag: str, seen: LastSeen) -> None:
        """Keep what a tag is."""
        row = (registry, repository, tag, *seen)
        self._ask(lambda one: one.execute("REPLACE INTO tags VALUES (?, ?, ?, ?, ?)", row))

    def tag_list(self, registry: str, repository: str, *, since: float) -> set[str] | None:
        """The tags of `repository`, when they were listed after `since` (seconds since 1970)."""
        query = "SELECT tags FROM lists WHERE registry = ? AND repository = ? AND asked > ?"
        row = self._ask(lambda one: one.execute(query, (registry, repository, since)).fetchone())
        return set(row[0].split()) if row else None

    def put_list(self, registry: str, repository: str, tags: set[str], asked: float) -> None:
        """Keep which tags there are, and forget what others were."""
        row = (registry, repository, " ".join(tags), asked)
        self._ask(lambda one: one.execute("REPLACE INTO lists VALUES (?, ?, ?, ?)", row))
        gone = self.tags(registry, repository).keys() - tags
        rows = [(registry, repository, tag) for tag in gone]
        query = "DELETE FROM tags WHERE registry = ? AND repository = ? AND tag = ?"
        self._ask(lambda one: one.executemany(query, rows))

    def commit(self) -> None:
        """Write to the disk what is new."""
        self._ask(lambda one: one.commit())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Write to the disk what is new; nothing is kept after that."""
        self.commit()
        with self._lock:
            if self._connection:
                self._connection.close()
            self._connection = None

    def _ask(self, action: Callable[[sqlite3.Connection], T]) -> T | None:
        with self._lock, suppress(sqlite3.Error):
            if self._connection:
                return action(self._connection)
        return None


def _opened(path: Path | None) -> sqlite3.Connection | None:
    """The database, made anew when the file is none; None when it cannot be."""
    for _ in range(2):
        try:
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(mode=0o600)
            connection = sqlite3.connect(
                path or "", timeout=_PATIENCE, check_same_thread=False, cached_statements=16
            )
            connection.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            if path is None or isinstance(error, sqlite3.OperationalError):
                return None
            path.unlink(missing_ok=True)
        except OSError:
            return None
        else:
            return connection
    return None
