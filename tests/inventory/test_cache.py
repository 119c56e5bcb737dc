"""What the inventory remembers: how much of it, in which file, and what it does with damage."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from regnb.inventory import cache as caches
from regnb.inventory import inventory
from regnb.inventory.cache import ContentCache, Kept, LastSeen
from regnb.inventory.database import DAY
from regnb.oci import Digest
from tests.inventory.whole import Whole
from tests.registry.conftest import OpenClient

FACTS = "SELECT rowid, content FROM contents WHERE kind = 1"
URL = "http://localhost:5000"
TYPE = "application/vnd.oci.image.manifest.v1+json"


@pytest.fixture
def whole() -> Whole:
    """One repository, `good`, with the images 1 and 2."""
    whole = Whole()
    whole.tag("good", "1", whole.image("good", whole.layer("one", 10)))
    whole.tag("good", "2", whole.image("good", whole.layer("two", 20), architecture="arm64"))
    return whole


def noise(number: int) -> bytes:
    """What cannot be compressed, 10 kB."""
    blocks = (Digest.of(b"%d %d" % (number, block)).hex for block in range(320))
    return bytes.fromhex("".join(blocks))


def put(cache: ContentCache, number: int) -> Digest:
    content = noise(number)
    digest = Digest.of(content)
    cache.put(digest, Kept(content, TYPE))
    cache.put_tag(URL, "app", str(number), LastSeen(digest, time.time()))
    return digest


def test_what_was_not_used_for_longest_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, limit = tmp_path / "cache", 1_000_000
    for day in range(4):
        monkeypatch.setattr(caches, "today", lambda day=day: time.time() // DAY + day)
        with ContentCache(path, limit=limit) as cache:
            digests = [put(cache, number) for number in range(day * 40, day * 40 + 40)]
            if day == 0:
                first = digests[0]
            assert cache.get(first), "it is used every day"
    assert path.stat().st_size <= limit
    with ContentCache(path) as cache:
        assert cache.get(first)
        assert all(cache.get(digest) for digest in digests)
        assert cache.get(Digest.of(noise(41))) is None


def test_tags_of_registries_that_are_gone_are_forgotten_too(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    with ContentCache(path) as cache:
        digest = put(cache, 1)
        cache.put_tag(URL, "old", "1", LastSeen(digest, 1000.0))
        cache.put_names(URL, "old", {"1"}, 1000.0, ())
    with ContentCache(path, limit=1) as cache:
        assert cache.tags(URL, "old")
    with ContentCache(path) as cache:
        assert not cache.tags(URL, "old")
        assert cache.names(URL, "old", since=0) is None


def test_file_of_another_version_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE contents (digest TEXT, content BLOB)")
    connection.close()
    with ContentCache(path) as cache:
        digest = put(cache, 1)
    with ContentCache(path) as cache:
        assert cache.get(digest)


def test_what_is_not_written_yet_is_found(tmp_path: Path) -> None:
    with ContentCache(tmp_path / "cache") as cache:
        digest = put(cache, 1)
        cache.put_names(URL, "app", {"1"}, 5.0, ())
        assert cache.get(digest) == Kept(noise(1), TYPE)
        assert cache.tags(URL, "app")["1"].digest == digest
        assert cache.names(URL, "app", since=4.0) == {"1"}
        assert cache.names(URL, "app", since=6.0) is None


def test_what_another_process_has_learnt_since_is_not_written_over(tmp_path: Path) -> None:
    with ContentCache(tmp_path / "cache") as ours:
        ours.put_names(URL, "app", {"1"}, 5.0, ())
        put(ours, 1)
        ours.commit()
        with ContentCache(tmp_path / "cache") as theirs:
            theirs.put_names(URL, "app", {"1", "2"}, 6.0, ())
            theirs.put_tag(URL, "app", "1", LastSeen(Digest.of(noise(2)), 6.0))
        ours.commit()
        assert ours.names(URL, "app", since=5.5) == {"1", "2"}
        assert ours.tags(URL, "app")["1"] == LastSeen(Digest.of(noise(2)), 6.0)


def test_tag_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    with ContentCache(tmp_path / "cache") as cache:
        put(cache, 1)
        put(cache, 2)
        cache.commit()
        cache.put_names(URL, "app", {"2"}, 5.0, {"1"})
        cache.commit()
        assert list(cache.tags(URL, "app")) == ["2"]


def test_two_tags_of_an_image_ask_for_its_config_once(
    open_client: OpenClient, whole: Whole
) -> None:
    for number in range(20):
        whole.tag("good", f"same-{number}", whole.tags["good"]["1"])
    app = whole.app()
    assert len(inventory(open_client(app))) == 22
    configs = [line for line in app.lines if "/blobs/" in line]
    assert len(configs) == len(set(configs)) == 2


def test_facts_that_changed_on_the_disk_are_read_again(
    open_client: OpenClient, whole: Whole, tmp_path: Path
) -> None:
    client, path = open_client(whole.app()), tmp_path / "cache"
    first = inventory(client, cache=path)
    with sqlite3.connect(path) as connection:
        for number, facts in connection.execute(FACTS).fetchall():
            changed = (facts.replace(b"linux", b"minix"), number)
            connection.execute("UPDATE contents SET content = ? WHERE rowid = ?", changed)
    connection.close()
    assert inventory(client, cache=path, max_age=60).equals(first)
