from __future__ import annotations

import os
from pathlib import Path

import pytest

from regnb.content.atomic_files import replace_file


def test_file_has_the_new_content_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    replace_file(path, b"1")
    replace_file(path, b"2")
    assert path.read_bytes() == b"2"
    assert list(tmp_path.iterdir()) == [path]


def test_file_that_cannot_be_written_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "file"
    replace_file(path, b"old")
    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="No space") as caught:
        replace_file(path, b"new")
    assert Path(caught.value.filename).parent == tmp_path
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_content_is_on_the_disk_before_it_has_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    seen: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.append(path.exists()))
    replace_file(path, b"new")
    assert seen == [False]


@pytest.mark.skipif(os.name != "posix", reason="there are no modes")
@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_file_has_the_mode_from_its_first_moment(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "file"
    replace_file(path, b"secret", mode=mode)
    assert path.stat().st_mode & 0o777 == mode


def test_file_grows_where_it_is_told_to(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path = tmp_path / "folder" / "file"
    with pytest.raises(FileNotFoundError):
        replace_file(path, b"1", temporary=elsewhere / "growing")
    assert list(elsewhere.iterdir()) == []
