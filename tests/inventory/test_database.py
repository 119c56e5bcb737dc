"""The file of the cache: made anew, done without, and kept small."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from regnb.compression import zstd
from regnb.inventory import inventory
from regnb.inventory.database import Store, files_of, prune
from tests.inventory.whole import Whole
from tests.registry.conftest import OpenClient


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + bytes(5000)])
def test_cache_that_is_damaged_is_made_anew(
    open_client: OpenClient, whole: Whole, tmp_path: Path, content: bytes
) -> None:
    cache = tmp_path / "cache"
    cache.write_bytes(content)
    app = whole.app()
    client = open_client(app)
    first = inventory(client, cache=cache)
    assert len(first) == 2
    app.asked.clear()
    assert inventory(client, cache=cache, max_age=60).equals(first)
    assert app.lines == []


def test_cache_that_cannot_be_is_done_without(
    open_client: OpenClient, whole: Whole, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    assert len(inventory(open_client(whole.app()), cache=tmp_path / "file" / "cache")) == 2


def test_content_that_changed_in_the_cache_is_asked_for_again(
    open_client: OpenClient, whole: Whole, tmp_path: Path
) -> None:
    app = whole.app()
    client = open_client(app)
    first = inventory(client, cache=tmp_path / "cache")
    connection = sqlite3.connect(tmp_path / "cache")
    connection.execute("UPDATE contents SET content = ?", (zstd.compress(b"{}"),))
    connection.commit()
    connection.close()
    assert inventory(client, cache=tmp_path / "cache").equals(first)


def test_database_is_one_file_and_what_sqlite_puts_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "cache"
    store = Store(path)
    assert store.ask(lambda one: one.execute("SELECT count(*) FROM tags").fetchone()) == (0,)
    assert {file.name for file in files_of(path)} >= {"cache", "cache-wal"}
    assert path.stat().st_mode & 0o777 == 0o600
    store.close()
    assert store.ask(lambda one: one.execute("SELECT 1").fetchone()) is None


def test_pruning_leaves_what_was_used_last(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")

    def fill(connection: sqlite3.Connection) -> None:
        rows = [(bytes([number]), 0, "", bytes(10_000), number) for number in range(100)]
        connection.executemany("INSERT INTO contents VALUES (?, ?, ?, ?, ?)", rows)
        connection.commit()
        prune(connection, 500_000)

    store.ask(fill)
    days = store.ask(lambda one: one.execute("SELECT used FROM contents").fetchall())
    assert days
    assert [day for (day,) in days] == list(range(100 - len(days), 100))
    assert 10 < len(days) < 50
    store.close()
