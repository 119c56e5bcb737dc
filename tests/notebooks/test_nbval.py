"""The comparison of outputs is red when it should be: each test changes one thing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from nbformat import NotebookNode

from regnb.authoring.notebook_files import code_cells, read_notebook, source_paths, write_notebook
from regnb.authoring.stored_notebooks import problems_of_chapter
from tests.notebooks.conftest import PROJECT, Compare
from tests.notebooks.sanitizer import STRICT, rules

NOTEBOOK = "fr/00_digests.ipynb"
OTHER_TEXT = "Le port 5001 est libre.\n"


def _replace(cell: NotebookNode, old: str, new: str) -> None:
    text = cell.outputs[0].text
    assert old in text
    cell.outputs[0].text = text.replace(old, new)


# What is done to the code cells of the notebook, by their names, and which of them fail then.
CHANGES: dict[str, tuple[Callable[[dict[str, NotebookNode]], object], set[int]]] = {
    "nothing": (lambda _: None, set()),
    "other-output": (lambda cells: cells["text"].outputs[0].update(text=OTHER_TEXT), {2}),
    "other-port": (lambda cells: _replace(cells["random"], ":5000/", ":5001/"), {1}),
    "no-output": (lambda cells: cells["text"].update(outputs=[]), {2}),
    "other-code": (lambda cells: cells["text"].update(source="print()"), {2}),
    "failure": (lambda cells: cells["digest"].update(source="1 / 0"), {0, 1}),
    "other-error": (lambda cells: cells["error"].update(source="1 / 0"), {3}),
    "no-error": (lambda cells: cells["error"].update(source="pass"), {3}),
}


@pytest.fixture(scope="module")
def failed(
    built_lesson: Path, tmp_path_factory: pytest.TempPathFactory, compare: Compare
) -> set[str]:
    """Cells that fail when all the changed notebooks are run, each in a folder of its own."""
    folder = tmp_path_factory.mktemp("changed")
    for name, (edit, _) in CHANGES.items():
        path = folder / name / NOTEBOOK
        notebook = read_notebook(built_lesson / NOTEBOOK)
        edit({cell.id: cell for cell in code_cells(notebook)})
        write_notebook(path, notebook)
    return compare(folder)


@pytest.mark.parametrize("name", CHANGES)
def test_changed_notebook_is_red_where_it_was_changed(failed: set[str], name: str) -> None:
    _, cells = CHANGES[name]
    found = {cell for cell in failed if cell.startswith(f"{name}/")}
    assert found == {f"{name}/{NOTEBOOK}::Cell {number}" for number in cells}


def test_catalogue_with_another_text_is_red_in_its_language(
    built_lesson: Path, tmp_path: Path, compare: Compare
) -> None:
    shutil.copytree(PROJECT / "regnb", tmp_path / "regnb")
    catalogue = tmp_path / "regnb" / "i18n" / "fr" / "preflight.toml"
    text = catalogue.read_text("utf-8")
    changed = text.replace("Le port {port} est libre.", "Le port {port} est disponible.")
    assert changed != text
    catalogue.write_text(changed, "utf-8")
    assert compare(built_lesson, package=tmp_path) == {f"{NOTEBOOK}::Cell 2"}


def test_sanitizer_without_a_rule_is_red(
    built_lesson: Path, tmp_path: Path, compare: Compare
) -> None:
    (rule,) = [rule for rule in rules(STRICT) if rule[1] == r"\1<container ID>"]
    text = STRICT.read_text("ascii")
    without = text.replace("regex: {}\nreplace: {}\n".format(*rule), "")
    assert without != text
    sanitizer = tmp_path / "sanitize.cfg"
    sanitizer.write_text(without, "ascii")
    failed = compare(built_lesson, f"--nbval-sanitize-with={sanitizer}")
    assert failed == {f"{language}/00_digests.ipynb::Cell 1" for language in ("fr", "en")}


def test_translation_with_another_text_is_told(built_lesson: Path, tmp_path: Path) -> None:
    lesson = Path(shutil.copytree(built_lesson, tmp_path / "notebooks"))
    (source,) = source_paths(lesson)
    assert problems_of_chapter(source) == []
    text = source.read_text("utf-8")
    source.write_text(text.replace("A digest names", "Digests name"), "utf-8")
    (problem,) = problems_of_chapter(source)
    assert problem.startswith("en/00_digests.ipynb (cell `recap`)")
