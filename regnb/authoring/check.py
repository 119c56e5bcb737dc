"""Checks that the stored notebooks are what their sources give, and fit to be read by others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from nbformat import NotebookNode

from regnb.authoring.build import variants
from regnb.authoring.chapter import Chapter, read_chapter
from regnb.authoring.exercises import problems_of_outcomes
from regnb.authoring.hygiene import problems_in
from regnb.authoring.layout import notebook_path, place, source_paths
from regnb.authoring.notebook import code_cells, make_notebook, read_notebook, to_text
from regnb.authoring.rules import problems_of
from regnb.errors import AuthoringError
from regnb.i18n import LANGUAGES, SOLUTIONS


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
    return [
        f"{problem}; {mend}"
        for solved in variants(chapter)
        for problem in _of_notebooks(chapter, solved=solved)
    ]


def notebooks_without_source(root: Path) -> list[str]:
    """One line for each notebook under `root` that no source gives."""
    expected = {
        notebook_path(source, name, solved=solved)
        for source in source_paths(root)
        for solved in variants(read_chapter(source))
        for name in LANGUAGES
    }
    stored = {
        path
        for name in LANGUAGES
        for pattern in ("*.ipynb", f"{SOLUTIONS}/*.ipynb")
        for path in (root / name).glob(pattern)
    }
    return [f"{place(path)}: it has no source; remove it." for path in sorted(stored - expected)]


def _of_notebooks(chapter: Chapter, *, solved: bool) -> Iterator[str]:
    stored = {}
    for language in LANGUAGES:
        path = notebook_path(chapter.path, language, solved=solved)
        try:
            stored[language] = read_notebook(path)
        except FileNotFoundError:
            yield f"{place(path)}: it is missing"
        except AuthoringError as error:
            yield from error.problems
        else:
            expected = make_notebook(chapter, language, solved=solved)
            yield from _of_one(path, stored[language], expected)
    yield from _of_outputs(chapter, list(stored.values()))


def _of_one(path: Path, stored: NotebookNode, expected: NotebookNode) -> Iterator[str]:
    here = place(path)
    if [cell.get("id") for cell in stored.cells] != [cell.id for cell in expected.cells]:
        yield f"{here}: its cells are not those of the source"
        return
    for cell, wanted in zip(stored.cells, expected.cells, strict=True):
        if any(cell[part] != wanted[part] for part in ("cell_type", "source", "metadata")):
            yield f"{here} (cell `{wanted.id}`): it is not that of the source"
    if stored.metadata != expected.metadata:
        yield f"{here}: its metadata are not those that the builder writes"
    if to_text(stored) != path.read_text("utf-8"):
        yield f"{here}: it was saved by another program"
    for problems in (problems_in(stored), problems_of_outcomes(stored)):
        yield from (f"{here} (cell `{cell}`): {what}" for cell, what in problems)


def _of_outputs(chapter: Chapter, stored: list[NotebookNode]) -> Iterator[str]:
    """Cells whose outputs are of other kinds in one language than in the other."""
    for one, other in pairwise(stored):
        for cell, twin in zip(code_cells(one), code_cells(other), strict=False):
            if _kinds(cell) != _kinds(twin):
                yield f"{chapter.path.name} (cell `{cell.id}`): other outputs in each language"


def _kinds(cell: NotebookNode) -> list[tuple[str, list[str]]]:
    return [(output.output_type, sorted(output.get("data", {}))) for output in cell.outputs]
