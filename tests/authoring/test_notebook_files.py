from __future__ import annotations

import re
from pathlib import Path

import pytest

from regnb.authoring.builder import build_chapter
from regnb.authoring.notebook_files import read_notebook, source_paths, write_notebook
from regnb.errors import AuthoringError, ChapterUnknown
from tests.authoring.sources import write_lesson


def test_write_that_fails_leaves_the_old_notebook(tmp_path: Path) -> None:
    path = build_chapter(write_lesson(tmp_path), execute=False)[0]
    before, notebook = path.read_bytes(), read_notebook(path)
    notebook.cells[0].id = "not an id"
    with pytest.raises(Exception, match="not an id"):
        write_notebook(path, notebook)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_write_that_is_broken_off_leaves_nothing(tmp_path: Path) -> None:
    notebook = read_notebook(build_chapter(write_lesson(tmp_path), execute=False)[0])
    taken = tmp_path / "taken" / "00_trial.ipynb"
    taken.mkdir(parents=True)
    with pytest.raises(OSError, match="00_trial"):
        write_notebook(taken, notebook)
    assert list(taken.parent.iterdir()) == [taken]


@pytest.mark.parametrize(
    ("wanted", "slugs"),
    [
        ([], ["00_trial", "01_next"]),
        (["01"], ["01_next"]),
        (["01_next", "00"], ["00_trial", "01_next"]),
        (["notebooks/src/00_trial.md"], ["00_trial"]),
    ],
)
def test_chapters_are_named_by_their_beginning(
    tmp_path: Path, wanted: list[str], slugs: list[str]
) -> None:
    write_lesson(tmp_path)
    write_lesson(tmp_path, slug="01_next")
    assert [path.stem for path in source_paths(tmp_path, wanted)] == slugs


def test_unknown_chapter_is_told(tmp_path: Path) -> None:
    write_lesson(tmp_path)
    with pytest.raises(ChapterUnknown, match="No chapter is `07`; there are 00_trial"):
        source_paths(tmp_path, ["07"])


def test_folder_without_sources_is_told(tmp_path: Path) -> None:
    with pytest.raises(AuthoringError, match=re.escape(f"{tmp_path / 'src'}: no chapter is here")):
        source_paths(tmp_path)
