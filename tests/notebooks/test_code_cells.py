"""The code of the chapters is what a learner imitates: ruff reads it, as it reads the package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from regnb.authoring.chapter import read_chapter
from regnb.authoring.notebook_files import make_notebook, source_paths, to_text
from tests.authoring.sources import code, write_lesson
from tests.notebooks.conftest import PROJECT

SOURCES = source_paths(PROJECT / "notebooks")


def ruff(source: Path, *arguments: str) -> str:
    """What ruff says of the code cells of `source`; empty when it has nothing to say."""
    name = f"notebooks/en/{source.stem}.ipynb"
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *arguments, "--quiet", "--stdin-filename", name, "-"],
        input=to_text(make_notebook(read_chapter(source), "en")),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.stem))
def test_code_cells_are_clean(source: Path) -> None:
    assert ruff(source, "check", "--no-cache") == ""


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.stem))
def test_code_cells_are_formatted(source: Path) -> None:
    assert ruff(source, "format", "--diff") == ""


def test_code_cell_with_a_mistake_is_told(tmp_path: Path) -> None:
    source = write_lesson(tmp_path, code("mistake", "import os\n\nprint( nothing )"))
    assert "F401" in ruff(source, "check", "--no-cache")
    assert "F821" in ruff(source, "check", "--no-cache")
    assert "+print(nothing)" in ruff(source, "format", "--diff")
