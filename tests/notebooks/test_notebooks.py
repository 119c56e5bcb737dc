"""The notebooks of the course are what their sources give, and each rule of nbval has its use."""

from __future__ import annotations

from pathlib import Path

import pytest

from regnb.authoring.chapter import read_chapter
from regnb.authoring.notebook_files import code_cells, read_notebook, source_paths
from regnb.authoring.rules import problems_of
from regnb.authoring.stored_notebooks import notebooks_without_source, problems_of_chapter
from tests.notebooks.conftest import PROJECT
from tests.notebooks.sanitizer import DOCKER, STRICT, rules, rules_that_match, texts

NOTEBOOKS = PROJECT / "notebooks"
SOURCES = source_paths(NOTEBOOKS)


def stored_outputs() -> list[str]:
    return [
        text
        for path in NOTEBOOKS.rglob("*.ipynb")
        for cell in code_cells(read_notebook(path))
        for output in cell.outputs
        for text in texts(output)
    ]


def test_the_course_begins_at_its_beginning() -> None:
    assert [path.stem[:2] for path in SOURCES[:2]] == ["00", "01"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.stem))
def test_chapter_keeps_the_rules(source: Path) -> None:
    assert problems_of(read_chapter(source)) == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.stem))
def test_notebooks_are_those_of_their_source(source: Path) -> None:
    assert problems_of_chapter(source) == []


def test_no_notebook_is_without_source() -> None:
    assert notebooks_without_source(NOTEBOOKS) == []


@pytest.mark.parametrize("sanitizer", [STRICT, DOCKER], ids=lambda path: str(path.stem))
def test_every_rule_is_of_use(sanitizer: Path) -> None:
    outputs = stored_outputs()
    matching = {regex for text in outputs for regex in rules_that_match(text, sanitizer)}
    unused = [regex for regex, _ in rules(sanitizer) if regex not in matching]
    assert unused == []
