from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.realparts.keeping import Keeping, kept

LONG_AGO = (0, 0)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def keeping(make: Callable[[Path], None], ingredients: bytes = b"1") -> Keeping:
    return Keeping("sid", ingredients, make, _has_file)


def _has_file(folder: Path) -> bool:
    return (folder / "file").exists()


def write(new: Path) -> None:
    (new / "file").write_text("made")


def never(new: Path) -> None:
    raise AssertionError(f"{new} is made again")


def test_folder_is_made_once() -> None:
    with kept(keeping(write)) as folder:
        assert (folder / "file").read_text() == "made"
    with kept(keeping(never)) as again:
        assert again == folder


def test_two_runs_at_once_make_it_once() -> None:
    made = []
    both = threading.Barrier(2)

    def make(new: Path) -> None:
        made.append(new)
        write(new)

    def use() -> None:
        both.wait()
        with kept(keeping(make)):
            pass

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_folder_that_could_not_be_made_is_not_kept() -> None:
    def half(new: Path) -> None:
        write(new)
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"), kept(keeping(half)):
        pass
    with kept(keeping(write)) as folder:
        assert (folder / "file").exists()
    assert not folder.with_name(f"{folder.name}.new").exists()


def test_broken_folder_is_made_anew() -> None:
    with kept(keeping(write)) as folder:
        (folder / "file").unlink()
    with kept(keeping(write)) as folder:
        assert (folder / "file").exists()


def test_other_ingredients_make_another_and_remove_the_unused_one() -> None:
    with kept(keeping(write)) as old:
        pass
    with kept(keeping(write, b"2")) as recent:
        assert old.exists()
    os.utime(old, LONG_AGO)
    with kept(keeping(write, b"3")) as new:
        assert (old.exists(), recent.exists(), new.exists()) == (False, True, True)


def test_folder_in_use_is_not_removed_however_old() -> None:
    with kept(keeping(write)) as old:
        os.utime(old, LONG_AGO)
        with kept(keeping(write, b"2")):
            assert old.exists()


def test_lock_is_given_back() -> None:
    with kept(keeping(write)) as folder:
        pass
    with folder.with_name(f"{folder.name}.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
