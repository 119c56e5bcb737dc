from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from regnb.state import read_json, state_folder, write_json


def test_folder_is_that_of_the_user_unless_another_is_chosen(tmp_path: Path) -> None:
    assert state_folder({"REGNB_HOME": str(tmp_path)}) == tmp_path
    assert (
        state_folder({})
        == state_folder({"REGNB_HOME": ""})
        == platformdirs.user_state_path("regnb")
    )


def test_written_object_is_read_again_and_nothing_stays_beside(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "more" / "progress.json"
    for value in ({"a": 1}, {"b": [None, "é"]}):
        write_json(path, value)
        assert read_json(path) == value
    assert list(path.parent.iterdir()) == [path]


def test_folder_is_for_its_user_alone(tmp_path: Path) -> None:
    write_json(tmp_path / "kept" / "progress.json", {})
    assert (tmp_path / "kept").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b"1"])
def test_file_without_a_whole_object_is_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "progress.json"
    assert read_json(path) == {}
    path.write_bytes(content)
    assert read_json(path) == {}


def test_reader_finds_the_old_object_when_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    write_json(path, {"old": True})
    with pytest.raises(TypeError):
        write_json(path, {"new": object()})
    assert read_json(path) == {"old": True}
