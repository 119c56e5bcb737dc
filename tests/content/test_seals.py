from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from regnb.content.seals import has_digest, seal, whole_size
from regnb.oci import Digest

CONTENT = b"some content"
DIGEST = Digest.of(CONTENT)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "blob"
    path.write_bytes(CONTENT)
    seal(path)
    return path


def cut(path: Path) -> None:
    os.truncate(path, 3)


def write_into(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"X")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def test_sealed_file_is_whole_and_is_not_hashed(file: Path) -> None:
    assert whole_size(file, Digest.of(b"never looked at")) == len(CONTENT)


@pytest.mark.parametrize("damage", [cut, write_into, empty, Path.unlink])
def test_damaged_file_counts_as_absent(file: Path, damage: Callable[[Path], None]) -> None:
    damage(file)
    assert whole_size(file, DIGEST) is None


def test_file_without_seal_gets_one_when_it_has_its_digest(file: Path) -> None:
    sealed = file.stat().st_mtime_ns
    os.utime(file)
    assert whole_size(str(file), DIGEST) == len(CONTENT)
    assert file.stat().st_mtime_ns == sealed


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_digest_is_of_the_content(file: Path, algorithm: str) -> None:
    assert has_digest(file, Digest.of(CONTENT, algorithm))
    assert not has_digest(file, Digest.of(b"other", algorithm))
