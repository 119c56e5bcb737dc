from __future__ import annotations

from collections.abc import Iterable

import pytest

from regnb.analysis.changes import Change, FileSystem
from regnb.analysis.layer_files import LayerFile


def file(path: str, size: int = 10) -> LayerFile:
    return LayerFile(path, "file", size, 0o644)


def folder(path: str, mode: int = 0o755) -> LayerFile:
    return LayerFile(path, "directory", 0, mode)


def whiteout(path: str) -> LayerFile:
    return LayerFile(path, "whiteout", 0, 0o644)


def opaque(path: str) -> LayerFile:
    return LayerFile(path, "opaque", 0, 0o644)


BASE = [folder("etc"), file("etc/a", 100), file("etc/b", 200), folder("opt"), file("opt/c", 50)]


def states(changes: Iterable[Change]) -> dict[str, str]:
    return {change.path: change.state for change in changes}


@pytest.fixture
def files() -> FileSystem:
    files = FileSystem()
    files.stack(BASE)
    return files


def test_first_layer_adds_all() -> None:
    files = FileSystem()
    assert set(states(files.stack(BASE)).values()) == {"added"}
    assert files.size == files.waste.stored_bytes == 350
    assert files.waste.score == 1


def test_file_that_was_there_is_changed_and_hides_the_old_one(files: FileSystem) -> None:
    changes = files.stack([folder("etc"), file("etc/a", 120), file("etc/new", 1)])
    assert states(changes) == {"etc": "kept", "etc/a": "changed", "etc/new": "added"}
    assert [change.hidden for change in changes] == [0, 100, 0]
    assert files.size == 371


def test_whiteout_deletes_a_file(files: FileSystem) -> None:
    (change,) = files.stack([whiteout("etc/b")])
    assert (change.state, change.kind, change.hidden) == ("deleted", "file", 200)
    assert files.size == 150


def test_whiteout_deletes_a_directory_with_all_in_it(files: FileSystem) -> None:
    (change,) = files.stack([whiteout("etc")])
    assert (change.kind, change.hidden) == ("directory", 300)
    assert files.size == 50
    assert states(files.stack([file("etc/a", 1)])) == {"etc/a": "added"}


def test_opaque_directory_hides_what_is_below_wherever_it_stands(files: FileSystem) -> None:
    changes = files.stack([file("etc/new", 7), opaque("etc")])
    assert states(changes) == {"etc": "deleted", "etc/new": "added"}
    assert changes[0].is_opaque
    assert changes[0].hidden == 300
    assert files.size == 57


def test_root_that_is_opaque_hides_all(files: FileSystem) -> None:
    (change,) = files.stack([opaque(".")])
    assert (change.hidden, files.size) == (350, 0)


def test_replaced_and_deleted_in_the_same_layer_is_there(files: FileSystem) -> None:
    changes = files.stack([file("etc/a", 5), whiteout("etc/a")])
    assert [(change.state, change.hidden) for change in changes] == [("deleted", 100), ("added", 0)]
    assert files.size == 255


def test_file_in_place_of_a_directory_hides_what_was_in_it(files: FileSystem) -> None:
    (change,) = files.stack([file("etc", 3)])
    assert (change.state, change.hidden, files.size) == ("changed", 300, 53)


def test_directory_with_another_mode_is_changed(files: FileSystem) -> None:
    assert states(files.stack([folder("etc", 0o700)])) == {"etc": "changed"}


def test_whiteout_of_nothing_and_entries_outside_do_no_harm(files: FileSystem) -> None:
    changes = files.stack([whiteout("never"), file("../escape", 9), whiteout("etc/a/x")])
    assert states(changes) == {"never": "deleted", "etc/a/x": "deleted"}
    assert files.size == 350


def test_waste_is_counted_as_dive_does(files: FileSystem) -> None:
    files.stack([file("etc/a", 120), whiteout("etc/b")])
    waste = files.waste
    # etc/a: 100 + 120, of which 100 would do; etc/b: 200, of which nothing is left; opt/c: 50.
    assert waste.inefficient == 100 + 120 + 200
    assert waste.score == pytest.approx((100 + 0 + 50) / (220 + 200 + 50))
    assert [(item.path, item.copies, item.size) for item in waste.paths()] == [
        ("etc/a", 2, 220),
        ("etc/b", 2, 200),
    ]
    assert waste.stored_bytes - files.size == 100 + 200


def test_deleted_directory_wastes_the_files_in_it(files: FileSystem) -> None:
    files.stack([whiteout("etc")])
    assert files.waste.inefficient == 300
    assert files.waste.score == pytest.approx(50 / 350)
