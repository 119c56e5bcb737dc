"""The file of the cache: its tables, how it is opened, and how it is kept from growing for ever."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

# Another number is another form of the tables, or of the facts: the file is made anew then.
_VERSION = 2
# Contents lie in the order in which they came: where their digests are, each would be written into
# a page of its own, and as many read again.
_SCHEMA = f"""
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
PRAGMA user_version = {_VERSION};
CREATE TABLE IF NOT EXISTS contents (
    digest BLOB, kind INTEGER, media_type TEXT NOT NULL, content BLOB NOT NULL,
    used INTEGER NOT NULL, PRIMARY KEY (digest, kind)
);
CREATE TABLE IF NOT EXISTS tags (
    registry TEXT, repository TEXT, tag TEXT, digest TEXT NOT NULL, asked REAL NOT NULL,
    PRIMARY KEY (registry, repository, tag)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lists (
    registry TEXT, repository TEXT, names TEXT NOT NULL, asked REAL NOT NULL,
    PRIMARY KEY (registry, repository)
) WITHOUT ROWID;
"""
_SETTINGS = "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8192;"
_PATIENCE = 5.0  # seconds, for another process that writes
DAY = 86_400
T = TypeVar("T")


class Store:
    """The file `path`, or a temporary one; safe to use from several threads and processes.

    It never stands in the way: where the file cannot be read or written, nothing is kept.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._connection = _opened(path)

    def ask(self, action: Callable[[sqlite3.Connection], T]) -> T | None:
        """What `action` gives; None when the file fails."""
        with self._lock, suppress(sqlite3.Error):
            if self._connection:
                return action(self._connection)
        return None

    def close(self) -> None:
        """Nothing is kept any more."""
        with self._lock:
            if self._connection:
                self._connection.close()
            self._connection = None


def today() -> int:
    """The day, as it is noted with what was used."""
    return int(time.time()) // DAY


def prune(connection: sqlite3.Connection, limit: int) -> None:
    """Forget what was not used for longest, until the file has less than `limit` bytes."""
    if _size(connection) <= limit:
        return
    (count,) = connection.execute("SELECT count(*) FROM contents").fetchone()
    while _size(connection) > limit and count:
        connection.execute(
            "DELETE FROM contents WHERE rowid IN"
            " (SELECT rowid FROM contents ORDER BY used, rowid LIMIT ?)",
            (count // 4 + 1,),
        )
        oldest, count = connection.execute("SELECT min(used), count(*) FROM contents").fetchone()
        since = (today() if oldest is None else oldest) * DAY
        connection.execute("DELETE FROM tags WHERE asked < ?", (since,))
        connection.execute("DELETE FROM lists WHERE asked < ?", (since,))
        connection.commit()
    connection.executescript("PRAGMA incremental_vacuum")  # `execute` stops after one page


def _size(connection: sqlite3.Connection) -> int:
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _opened(path: Path | None) -> sqlite3.Connection | None:
    """The database, made anew when the file is none; None when it cannot be."""
    for _ in range(2):
        try:
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(mode=0o600)
            return _connected(path)
        except sqlite3.DatabaseError as error:
            if path is None or isinstance(error, sqlite3.OperationalError):
                return None
            for file in files_of(path):
                file.unlink(missing_ok=True)
        except OSError:
            return None
    return None


def _connected(path: Path | None) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path or "", timeout=_PATIENCE, check_same_thread=False, cached_statements=16
    )
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if tables and version != _VERSION:
            raise sqlite3.DatabaseError("The file is of another version.")
        # Only once: it is written to the disk, even where nothing is new.
        connection.executescript(_SETTINGS if tables else _SETTINGS + _SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def files_of(path: Path) -> list[Path]:
    """The file and what SQLite puts beside it, as far as they are there."""
    names = (path.name, f"{path.name}-wal", f"{path.name}-shm")
    return [found for name in names if (found := path.with_name(name)).exists()]
