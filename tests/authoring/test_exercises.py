"""Exercises: one source gives the learner's notebook, and the one with the solutions."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output

from regnb.authoring.builder import build_chapter
from regnb.authoring.chapter import read_chapter
from regnb.authoring.notebook_files import code_cells, notebook_path, read_notebook, write_notebook
from regnb.authoring.rules import problems_of
from regnb.authoring.stored_notebooks import notebooks_without_source, problems_of_chapter
from regnb.errors import AuthoringError
from tests.authoring.sources import code, prose, write_lesson

START = code("name", "# Name it.", "exercise")
HINT = prose("name-hint", "Voyez [ici](01_x.ipynb).", "See [here](01_x.ipynb).", "hint")
SOLUTION = code("name-solution", 'lab.tag("alpine", "hello:1.0")', "solution")
CHECK = code("name-check", 'lab.check("00-first-name")')
NEEDED = ": it has a cell with the tag `exercise`, one with `solution`, and one with `lab.check`."
EXERCISE = (START, HINT, SOLUTION, CHECK)
PASSED, NOT_ATTEMPTED = "passed", "not_attempted"


def show(status: str) -> list[NotebookNode]:
    html = f'<p class="outcome {status}">…</p>'
    return [new_output("execute_result", {"text/html": html}, execution_count=2)]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A chapter with one exercise, whose notebooks are in order."""
    path = write_lesson(tmp_path, *EXERCISE)
    build_chapter(path, execute=False)
    for language in ("fr", "en"):
        for solved, status in ((False, NOT_ATTEMPTED), (True, PASSED)):
            stored = notebook_path(path, language, solved=solved)
            notebook = read_notebook(stored)
            start, checked = code_cells(notebook)
            start.execution_count, checked.execution_count = 1, 2
            checked.outputs = show(status)
            write_notebook(stored, notebook)
    return path


def cells(source: Path, *, solved: bool) -> list[str]:
    return [cell.id for cell in read_notebook(notebook_path(source, "fr", solved=solved)).cells]


def test_notebook_of_the_learner_has_no_solution(source: Path) -> None:
    assert cells(source, solved=False) == ["goals", "name", "name-hint", "name-check", "recap"]
    assert "hello:1.0" not in notebook_path(source, "fr").read_text("utf-8")


def test_solutions_take_the_place_of_the_starts(source: Path) -> None:
    names = ["goals", "name-hint", "name-solution", "name-check", "recap"]
    assert cells(source, solved=True) == names


def test_solved_notebook_leads_to_the_chapter(source: Path) -> None:
    goals, hint, *_ = read_notebook(notebook_path(source, "en", solved=True)).cells
    assert "[the chapter without](../00_trial.ipynb)" in goals.source
    assert "[here](../01_x.ipynb)" in hint.source


def test_hint_is_folded(source: Path) -> None:
    hint = read_notebook(notebook_path(source, "fr")).cells[2].source
    assert hint.startswith("<details><summary>Indice</summary>\n\nVoyez")
    assert hint.endswith("\n\n</details>")


def test_chapter_without_exercises_has_one_notebook(tmp_path: Path) -> None:
    paths = build_chapter(write_lesson(tmp_path, code("sum", "1 + 1")), execute=False)
    assert [path.parent.name for path in paths] == ["fr", "en"]


def test_notebooks_in_order_have_no_problem(source: Path, tmp_path: Path) -> None:
    assert problems_of_chapter(source) == []
    assert notebooks_without_source(tmp_path) == []


@pytest.mark.parametrize(
    ("solved", "outputs", "message"),
    [
        (True, show("failed"), "its check shows `failed`, and `passed` is due here"),
        (True, show(NOT_ATTEMPTED), "its check shows `not_attempted`, and `passed` is due here"),
        (False, show(PASSED), "its check shows `passed`, and `not_attempted` is due here"),
        (False, [], "its check shows `nothing`, and `not_attempted` is due here"),
    ],
)
def test_check_that_shows_what_it_should_not(
    source: Path, solved: bool, outputs: list[NotebookNode], message: str
) -> None:
    for language in ("fr", "en"):
        path = notebook_path(source, language, solved=solved)
        notebook = read_notebook(path)
        code_cells(notebook)[1].outputs = outputs
        write_notebook(path, notebook)
    found = problems_of_chapter(source)
    assert [message in problem for problem in found] == [True, True]
    assert found[0].startswith("fr/solutions/" if solved else "fr/00_trial")


def test_solved_notebook_that_is_missing(source: Path) -> None:
    notebook_path(source, "en", solved=True).unlink()
    (problem,) = problems_of_chapter(source)
    assert problem.startswith("en/solutions/00_trial.ipynb: it is missing")


@pytest.mark.usefixtures("source")
def test_solutions_that_no_source_gives(tmp_path: Path) -> None:
    write_lesson(tmp_path, code("sum", "1 + 1"))
    assert notebooks_without_source(tmp_path) == [
        "en/solutions/00_trial.ipynb: it has no source; remove it.",
        "fr/solutions/00_trial.ipynb: it has no source; remove it.",
    ]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            (START, CHECK),
            "here comes the `solution` cell of an exercise" + NEEDED,
        ),
        (
            (START, HINT, SOLUTION),
            "the `check` cell of the exercise is missing" + NEEDED,
        ),
        (
            (SOLUTION, CHECK),
            "here comes the `exercise` cell of an exercise" + NEEDED,
        ),
        (
            (*EXERCISE, prose("more", "Suite", "More"), CHECK),
            "here comes the `exercise` cell of an exercise" + NEEDED,
        ),
        (
            (START, SOLUTION, code("check", 'lab.check("00-second-name")')),
            "`00-second-name` is not in `regnb/checks/chapter_00.py`.",
        ),
        (
            (START, SOLUTION, code("check", 'lab.check("01-tools")')),
            "`01-tools` belongs to another chapter; here names begin with the number.",
        ),
        (
            (code("ask", 'lab.question("00-why")'),),
            "`00-why` is not in `regnb/checks/chapter_00.py`.",
        ),
    ],
)
def test_exercise_that_is_badly_written(
    tmp_path: Path, written: tuple[str, ...], message: str
) -> None:
    problems = problems_of(read_chapter(write_lesson(tmp_path, *written)))
    assert any(problem.endswith(f": {message}") for problem in problems), problems


def test_start_and_solution_are_not_counted_as_one_run(tmp_path: Path) -> None:
    assert problems_of(read_chapter(write_lesson(tmp_path, START, SOLUTION, CHECK))) == []


def test_run_of_code_is_found_in_either_notebook(tmp_path: Path) -> None:
    before = (code("one", "1"), code("two", "2"))
    for written, guilty in (
        ((*before, START, HINT, SOLUTION, CHECK), "name"),
        ((START, HINT, *before, SOLUTION, CHECK), "name-solution"),
    ):
        problems = problems_of(read_chapter(write_lesson(tmp_path, *written)))
        assert any(f"`{guilty}`): 3 code cells in a row" in problem for problem in problems)


@pytest.mark.parametrize("fold", ["solution", "details"])
def test_unknown_fold_is_told(tmp_path: Path, fold: str) -> None:
    source = write_lesson(tmp_path, prose("one", "Un", "One", fold))
    with pytest.raises(AuthoringError, match="`fold` is one of hint, answer, more"):
        read_chapter(source)
