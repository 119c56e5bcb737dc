from __future__ import annotations

from pathlib import Path

import pytest
from nbformat.v4 import new_output

from regnb.authoring.builder import build_chapter
from regnb.authoring.notebook_files import code_cells, notebook_path, read_notebook, write_notebook
from regnb.errors import AuthoringError
from tests.authoring.sources import code, prose, write_lesson

SUM = code("sum", "1 + 1", "hide-input")


def pretend_execution(path: Path) -> bytes:
    notebook = read_notebook(path)
    cell = notebook.cells[1]
    cell.execution_count = 1
    cell.outputs = [new_output("execute_result", {"text/plain": "2"}, execution_count=1)]
    write_notebook(path, notebook)
    return path.read_bytes()


def test_both_languages_have_the_same_cells(tmp_path: Path) -> None:
    french, english = map(read_notebook, build_chapter(write_lesson(tmp_path, SUM), execute=False))
    assert [cell.id for cell in french.cells] == ["goals", "sum", "recap"]
    assert [cell.id for cell in english.cells] == ["goals", "sum", "recap"]
    assert french.cells[1] == english.cells[1]
    assert french.cells[1].metadata == {"tags": ["hide-input"]}
    assert (french.cells[0].source, english.cells[0].source) == (
        "# Essai\n\nUn objectif",
        "# Trial\n\nOne goal",
    )


def test_notebook_names_its_kernel_and_language(tmp_path: Path) -> None:
    french, english = map(read_notebook, build_chapter(write_lesson(tmp_path), execute=False))
    assert french.metadata.kernelspec.name == "python3"
    assert "version" not in french.metadata.language_info
    assert french.metadata.regnb == {"language": "fr", "source": "00_trial.md"}
    assert english.metadata.regnb.language == "en"


def test_second_build_gives_the_same_bytes(tmp_path: Path) -> None:
    source = write_lesson(tmp_path, SUM)
    first = [path.read_bytes() for path in build_chapter(source, execute=False)]
    assert [path.read_bytes() for path in build_chapter(source, execute=False)] == first


def test_outputs_stay_when_only_prose_changes(tmp_path: Path) -> None:
    source = write_lesson(tmp_path, SUM)
    before = pretend_execution(build_chapter(source, execute=False)[0])
    write_lesson(tmp_path, SUM, prose("more", "Suite", "More"))
    after = build_chapter(source, execute=False)[0].read_bytes()
    assert after != before
    assert b'"2"' in after


def test_outputs_go_when_code_changes(tmp_path: Path) -> None:
    source = write_lesson(tmp_path, SUM)
    pretend_execution(build_chapter(source, execute=False)[0])
    write_lesson(tmp_path, SUM, code("other", "2"))
    first = code_cells(read_notebook(build_chapter(source, execute=False)[0]))[0]
    assert (first.execution_count, first.outputs) == (None, [])


def test_source_that_breaks_a_rule_writes_nothing(tmp_path: Path) -> None:
    source = write_lesson(tmp_path, code("One", "1"))
    with pytest.raises(AuthoringError, match="lower-case-words"):
        build_chapter(source, execute=False)
    assert not notebook_path(source, "fr").parent.exists()
