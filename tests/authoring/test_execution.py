from __future__ import annotations

from pathlib import Path

import pytest
from nbformat.v4 import new_output

from regnb.authoring.builder import RunningCell, build_chapter
from regnb.authoring.execution import notebooks_of, rehearse, tidy
from regnb.authoring.notebook_files import code_cells, notebook_path, read_notebook
from regnb.errors import CellFailed
from tests.authoring.sources import code, prose, write_lesson

LANGUAGE = "from regnb.i18n import language_of_notebook\n\nlanguage_of_notebook()"
ENVIRONMENT = 'import os\n\nprint(os.environ["REGNB_PROGRESS"])'
WIDGET = "from ipywidgets import HTML\n\nHTML()"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cells = [
        code("language", LANGUAGE),
        code("environment", ENVIRONMENT),
        prose("pause", "Suite", "More"),
        code("widget", WIDGET),
        code("failure", "1 / 0", "raises-exception"),
    ]
    return write_lesson(tmp_path_factory.mktemp("notebooks"), *cells)


@pytest.fixture(scope="module")
def steps(source: Path) -> list[RunningCell]:
    steps: list[RunningCell] = []
    build_chapter(source, on_step=steps.append)
    return steps


def outputs(source: Path, language: str) -> dict[str, str]:
    cells = code_cells(read_notebook(notebook_path(source, language)))
    return {cell.id: str(cell.outputs) for cell in cells}


@pytest.mark.usefixtures("steps")
def test_outputs_are_those_of_the_folder(source: Path) -> None:
    for language in ("fr", "en"):
        stored = outputs(source, language)
        assert f"'{language}'" in stored["language"]
        assert "'0\\n'" in stored["environment"]
        assert "ZeroDivisionError" in stored["failure"]


@pytest.mark.usefixtures("steps")
def test_stored_notebook_has_nothing_of_its_run(source: Path) -> None:
    notebook = read_notebook(notebook_path(source, "fr"))
    assert [cell.execution_count for cell in code_cells(notebook)] == [1, 2, 3, 4]
    assert notebook.metadata.keys() == {"kernelspec", "language_info", "regnb"}
    assert "version" not in notebook.metadata.language_info
    assert all("execution" not in cell.metadata for cell in notebook.cells)
    assert "widget-view" not in outputs(source, "fr")["widget"]


@pytest.mark.usefixtures("steps")
def test_second_run_gives_the_same_bytes(source: Path) -> None:
    path = notebook_path(source, "en")
    before = path.read_bytes()
    build_chapter(source)
    assert path.read_bytes() == before


def test_steps_tell_where_the_build_is(steps: list[RunningCell]) -> None:
    assert steps[0] == RunningCell("00_trial", "fr", False, "language", 1, 4)
    assert steps[-1] == RunningCell("00_trial", "en", False, "failure", 4, 4)
    assert len(steps) == 8


@pytest.mark.parametrize(
    ("line", "reason"),
    [("int('ten')", "invalid literal"), ("import os\nos._exit(1)", "The kernel died.")],
)
def test_cell_that_fails_is_told_and_nothing_is_written(
    tmp_path: Path, line: str, reason: str
) -> None:
    source = write_lesson(tmp_path, code("good", "1"), code("bad", line))
    with pytest.raises(CellFailed) as caught:
        build_chapter(source)
    error = caught.value
    assert (error.notebook, error.cell, error.source) == ("fr/00_trial.ipynb", "bad", line)
    assert reason in error.reason
    assert "\x1b" not in error.reason
    assert line in str(error)
    assert list((tmp_path / "fr").iterdir()) == []


def test_view_of_a_widget_is_left_out() -> None:
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/html": "<b>1</b>"}
    output = new_output("display_data", view)
    assert tidy(output).data == {"text/html": "<b>1</b>"}


TOLD = """from regnb.errors import RegnbError

error = RegnbError("It broke.")
error.told = "It broke.\\nMend it."
raise error
"""


@pytest.mark.parametrize(
    ("source", "cause", "mend"),
    [(TOLD, "It broke.", "Mend it."), ("1 / 0", "ZeroDivisionError: division by zero", "")],
    ids=["of the lab", "of Python"],
)
def test_rehearsal_ends_at_the_cell_that_fails(
    tmp_path: Path, source: str, cause: str, mend: str
) -> None:
    lesson = write_lesson(tmp_path, code("one", "1"), code("two", source), prose("x", "Un", "One"))
    path = build_chapter(lesson, execute=False)[0]
    before, seen = path.read_bytes(), []
    rehearsal = rehearse(path, lambda number, total: seen.append((number, total)))
    assert seen == [(1, 2), (2, 2)]
    assert rehearsal.failure is not None
    assert (rehearsal.failure.cell, rehearsal.cells) == ("two", 2)
    assert (rehearsal.cause, rehearsal.mend) == (cause, mend)
    assert 0 < rehearsal.seconds < 60
    assert path.read_bytes() == before


def test_rehearsal_that_goes_well_has_no_failure(tmp_path: Path) -> None:
    path = build_chapter(write_lesson(tmp_path, code("one", "1")), execute=False)[0]
    rehearsal = rehearse(path, lambda _number, _total: None)
    assert (rehearsal.failure, rehearsal.cells) == (None, 1)
    assert (rehearsal.cause, rehearsal.mend, rehearsal.name) == ("", "", "00_trial [fr]")


def test_notebooks_are_in_the_order_of_chapters_and_languages(tmp_path: Path) -> None:
    for slug in ("01_next", "00_trial"):
        build_chapter(write_lesson(tmp_path / "notebooks", slug=slug), execute=False)
    found = notebooks_of(tmp_path, ["en", "fr"])
    assert [f"{path.parent.name}/{path.stem}" for path in found] == [
        *("en/00_trial", "fr/00_trial"),
        *("en/01_next", "fr/01_next"),
    ]
    (only,) = notebooks_of(tmp_path, ["fr"], ["01"])
    assert only.stem == "01_next"
