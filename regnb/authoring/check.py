"""Checks that the stored notebooks are what their sources give, and fit to be read by others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from nbformat import NotebookNode

from regnb.authoring.chapter import Chapter, read_chapter
from regnb.authoring.hygiene import problems_in
from regnb.authoring.layout import notebook_path, source_paths
from regnb.authoring.notebook import code_cells, make_notebook, read_notebook, to_text
from regnb.authoring.rules import problems_of
from regnb.errors import AuthoringError
from regnb.i18n import LANGUAGES


def problems_of_chapter(source: Path) -> list[str]:
    """One line for each thing wrong with `source` or its notebooks, with the place and the mend."""
    try:
        chapter = read_chapter(source)
    except AuthoringError as error:
        return list(error.problems)
    found = problems_of(chapter)
    if found:
        return found
    mend = f"run `regnb notebooks build {chapter.slug}`."
    return [f"{problem}; {mend}" for problem in _of_notebooks(chapter)]


def notebooks_without_source(root: Path) -> list[str]:
    """One line for each notebook under `root` that no source gives."""
    expected = {notebook_path(source, name) for source in source_paths(root) for name in LANGUAGES}
    stored = {path for name in LANGUAGES for path in (root / name).glob("*.ipynb")}
    return [f"{_place(path)}: it has no source; remove it." for path in sorted(stored - expected)]


def _place(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _of_notebooks(chapter: Chapter) -> Iterator[str]:
    stored = {}
    for language in LANGUAGES:
        path = notebook_path(chapter.path, language)
        try:
            stored[language] = read_notebook(path)
        except FileNotFoundError:
            yield f"{_place(path)}: it is missing"
        except AuthoringError as error:
            yield from error.problems
        else:
            expected = make_notebook(chapter, language)
            yield from _of_one(path, stored[language], expected)
    yield from _of_outputs(chapter, list(stored.values()))


def _of_one(path: Path, stored: NotebookNode, expected: NotebookNode) -> Iterator[str]:
    place = _place(path)
    if [cell.get("id") for cell in stored.cells] != [cell.id for cell in expected.cells]:
        yield f"{place}: its cells are not those of the source"
        return
    for cell, wanted in zip(stored.cells, expected.cells, strict=True):
        if any(cell[part] != wanted[part] for part in ("cell_type", "source", "metadata")):
            yield f"{place} (cell `{wanted.id}`): it is not that of the source"
    if stored.metadata != expected.metadata:
        yield f"{place}: its metadata are not those that the builder writes"
    if to_text(stored) != path.read_text("utf-8"):
        yield f"{place}: it was saved by another program"
    yield from (f"{place} (cell `{cell}`): {what}" for cell, what in problems_in(stored))


def _of_outputs(chapter: Chapter, stored: list[NotebookNode]) -> Iterator[str]:
    """Cells whose outputs are of other kinds in one language than in the other."""
    for one, other in pairwise(stored):
        for cell, twin in zip(code_cells(one), code_cells(other), strict=False):
            if _kinds(cell) != _kinds(twin):
                yield f"{chapter.path.name} (cell `{cell.id}`): other outputs in each language"


def _kinds(cell: NotebookNode) -> list[tuple[str, list[str]]]:
    return [(output.output_type, sorted(output.get("data", {}))) for output in cell.outputs]
