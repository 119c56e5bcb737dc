from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output

from regnb.authoring.builder import build_chapter
from regnb.authoring.notebook_files import notebook_path, read_notebook, write_notebook
from regnb.authoring.stored_notebooks import notebooks_without_source, problems_of_chapter
from tests.authoring.sources import code, prose, write_lesson

CELLS = [prose("why", "Pourquoi ?", "Why?"), code("sum", "1 + 1", "hide-input"), code("two", "2")]
WIDGET_VIEW = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}

Change = Callable[[NotebookNode], object]


def printed(text: str) -> list[NotebookNode]:
    return [new_output("stream", name="stdout", text=text)]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A chapter whose notebooks are in order."""
    path = write_lesson(tmp_path, *CELLS)
    for language in ("fr", "en"):
        build_chapter(path, execute=False)
        change(notebook_path(path, language), pretend_execution)
    return path


def pretend_execution(notebook: NotebookNode) -> None:
    for count, cell in enumerate(notebook.cells[2:4], start=1):
        cell.execution_count = count
        cell.outputs = printed("2\n")


def change(path: Path, edit: Change) -> None:
    notebook = read_notebook(path)
    edit(notebook)
    write_notebook(path, notebook)


def test_notebooks_in_order_have_no_problem(source: Path) -> None:
    assert problems_of_chapter(source) == []


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda nb: nb.cells[1].update(source="Pourquoi ?"), "(cell `why`): it is not that of"),
        (lambda nb: nb.cells[2].update(source="1 + 2"), "(cell `sum`): it is not that of"),
        (lambda nb: nb.cells[2].update(metadata={}), "(cell `sum`): it is not that of"),
        (lambda nb: nb.cells.pop(), "its cells are not those of the source"),
        (lambda nb: nb.cells[2].update(id="other"), "its cells are not those of the source"),
        (lambda nb: nb.metadata.pop("kernelspec"), "its metadata are not those"),
        (lambda nb: nb.metadata.update(widgets={}), "its metadata are not those"),
        (lambda nb: nb.cells[2].update(execution_count=None), "its run is number None"),
        (lambda nb: nb.cells[2].update(execution_count=7), "its run is number 7"),
        (lambda nb: nb.cells[2].update(outputs=printed("in /home/ada/x")), "`/home/ada/x`"),
        (lambda nb: nb.cells[2].update(outputs=printed(r"C:\Users\ada")), "a path of the machine"),
        (
            lambda nb: nb.cells[2].update(outputs=printed("http://localhost:5001/v2/")),
            "its outputs hold `localhost:5001`",
        ),
        (lambda nb: nb.cells[2].update(outputs=printed("$2y$05$abcdef")), "a hashed password"),
        (
            lambda nb: nb.cells[2].update(outputs=printed("Authorization: Basic YWRhOmFkYQ==")),
            "credentials",
        ),
        (
            lambda nb: nb.cells[2].update(outputs=[new_output("display_data", WIDGET_VIEW)]),
            "the view of a widget",
        ),
        (
            lambda nb: nb.cells[2].update(outputs=[new_output("error", ename="E", evalue="")]),
            "the tag `raises-exception`",
        ),
        (lambda nb: nb.cells[2].update(outputs=[]), "other outputs in each language"),
    ],
)
def test_notebook_that_was_changed(source: Path, edit: Change, message: str) -> None:
    change(notebook_path(source, "fr"), edit)
    problems = problems_of_chapter(source)
    assert any(message in problem for problem in problems), problems
    assert all(problem.endswith("run `regnb notebooks build 00_trial`.") for problem in problems)


def test_translation_that_changed_in_the_source(source: Path, tmp_path: Path) -> None:
    write_lesson(tmp_path, prose("why", "Pourquoi ?", "What for?"), *CELLS[1:])
    (problem,) = problems_of_chapter(source)
    assert problem.startswith("en/00_trial.ipynb (cell `why`)")


def test_source_that_breaks_a_rule(source: Path, tmp_path: Path) -> None:
    write_lesson(tmp_path, prose("why", "Pourquoi?", "Why?"), *CELLS[1:])
    (problem,) = problems_of_chapter(source)
    assert "put a space before the sign" in problem


def test_notebook_that_is_missing(source: Path) -> None:
    notebook_path(source, "en").unlink()
    (problem,) = problems_of_chapter(source)
    assert problem.startswith("en/00_trial.ipynb: it is missing")


@pytest.mark.parametrize("content", ["not JSON", "{}", "[]", '{"cells": 1, "nbformat": 4}'])
def test_file_that_is_no_notebook(source: Path, content: str) -> None:
    notebook_path(source, "en").write_text(content, "utf-8")
    (problem,) = problems_of_chapter(source)
    assert problem.startswith("en/00_trial.ipynb: it is not a notebook")


def test_notebook_saved_by_another_program(source: Path) -> None:
    path = notebook_path(source, "en")
    path.write_text(path.read_text("utf-8").replace("\n ", "\n  "), "utf-8")
    (problem,) = problems_of_chapter(source)
    assert problem.startswith("en/00_trial.ipynb: it was saved by another program")


def test_notebook_without_source_is_told(source: Path, tmp_path: Path) -> None:
    stray = notebook_path(source, "fr").with_stem("09_gone")
    stray.write_text("{}", "utf-8")
    assert notebooks_without_source(tmp_path) == ["fr/09_gone.ipynb: it has no source; remove it."]
