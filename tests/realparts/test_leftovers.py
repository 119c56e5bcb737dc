from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.realparts.leftovers import left_of, make_folder, remove, remove_stale


@pytest.fixture(autouse=True)
def own_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_folder_of_a_killed_run_is_removed() -> None:
    folder, lock = make_folder()
    lock.close()
    remove_stale()
    assert not folder.exists()


def test_folder_of_a_run_that_is_alive_is_kept() -> None:
    folder, lock = make_folder()
    with lock:
        remove_stale()
        assert folder.exists()


def test_what_is_left_is_named() -> None:
    folder, lock = make_folder()
    # It is not found by its command line before it really runs.
    sleep = [sys.executable, "-c", "print(flush=True); input()", str(folder)]
    pipe = subprocess.PIPE
    with lock, subprocess.Popen(sleep, stdin=pipe, stdout=pipe) as process:
        assert process.stdout
        process.stdout.readline()
        assert left_of(folder.name) == [f"process {process.pid}", str(folder)]
        process.kill()
    remove(folder)
    assert left_of(folder.name) == []
