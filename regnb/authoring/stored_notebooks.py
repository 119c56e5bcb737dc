"""Checks that stored notebooks are what their sources give, and fit to be read by others.

They are public, and others run them elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from nbformat import NotebookNode

from regnb.authoring.builder import variants
from regnb.authoring.chapter import CHECK, Chapter, read_chapter
from regnb.authoring.execution import WIDGET_VIEW
from regnb.authoring.notebook_files import (
    code_cells,
    make_notebook,
    notebook_path,
    place,
    read_notebook,
    source_paths,
    to_text,
)
from regnb.authoring.reference_engine import ReferenceAddresses
from regnb.authoring.rules import problems_of
from regnb.checks.definitions import Status
from regnb.errors import AuthoringError
from regnb.i18n import LANGUAGES, SOLUTIONS

_RAISES = "raises-exception"
_STRANGE = "which a lab that has its ports for itself does not show"
_FOREIGN = {
    "a path of the machine it was built on": re.compile(
        r"(?<![\w.])(?:/(?:home|root|Users|tmp|private|var/folders)/|[A-Z]:\\+Users\\)[^\s\"'<]*"
    ),
    "a hashed password": re.compile(r"\$2[aby]\$\d\d\$\S+"),
    "credentials": re.compile(r"(?i)\bauthorization\W+(?:basic|bearer)\s+[\w+/=.-]{6,}"),
    "a token": re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
}
_OUTCOME = re.compile(r'class="outcome (\w+)"')


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


def problems_in(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """Id of the cell and what is wrong with its run or its outputs, for each problem."""
    addresses = ReferenceAddresses()
    for number, cell in enumerate(code_cells(notebook), start=1):
        text = json.dumps(cell.outputs, ensure_ascii=False)
        problems = [*_of_run(cell, number), *_of_text(text)]
        strange = sorted(set(addresses.strange(text)))
        problems += [f"its outputs hold `{address}`, {_STRANGE}" for address in strange]
        yield from ((cell.id, problem) for problem in problems)


def _of_run(cell: NotebookNode, number: int) -> Iterator[str]:
    if cell.execution_count != number:
        yield f"its run is number {cell.execution_count}, and should be {number}"
    has_error = any(output.output_type == "error" for output in cell.outputs)
    if has_error != (_RAISES in cell.metadata.get("tags", [])):
        yield f"the tag `{_RAISES}` and an error in the outputs go together"


def _of_text(text: str) -> Iterator[str]:
    if WIDGET_VIEW in text:
        yield "its outputs hold the view of a widget, which nothing can show"
    for what, pattern in _FOREIGN.items():
        found = pattern.search(text)
        if found:
            yield f"its outputs hold {what}, `{found.group()[:60]}`"


def problems_of_outcomes(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """Id of the cell and what is wrong, for each check that shows what it should not."""
    wanted = Status.PASSED if notebook.metadata.regnb.get("solved") else Status.NOT_ATTEMPTED
    for cell in code_cells(notebook):
        if CHECK.search(cell.source):
            texts = [output.get("data", {}).get("text/html", "") for output in cell.outputs]
            shown = _OUTCOME.findall("".join(texts))
            if shown != [wanted]:
                told = ", ".join(shown) or "nothing"
                yield cell.id, f"its check shows `{told}`, and `{wanted}` is due here"
