"""Runs chapters as they are, on the engine of this machine, to know beforehand what will work."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from regnb.authoring.execute import run
from regnb.authoring.layout import chosen_chapters
from regnb.authoring.notebook import code_cells, read_notebook
from regnb.errors import CellFailed


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How one notebook went: `seconds` for `cells` code cells, up to the one that failed, if any.

    `cause` is one line on the failure, `mend` what the lab says to do, empty when it knows nothing.
    """

    path: Path
    cells: int
    seconds: float
    failure: CellFailed | None = None
    cause: str = ""
    mend: str = ""

    @property
    def name(self) -> str:
        """The notebook as a person names it: `01_first_registry [fr]`."""
        return f"{self.path.stem} [{self.path.parent.name}]"


def notebooks_of(
    course: Path, languages: Sequence[str], chapters: Sequence[str] = ()
) -> Iterator[Path]:
    """Notebooks in the folder `course`, by chapter, then by language; of `chapters` only, if any.

    A chapter is named by its number or the beginning of its name. Raises ChapterUnknown for a name
    that no notebook has.
    """
    there = sorted((course / "notebooks" / languages[0]).glob("*.ipynb"))
    for name in chosen_chapters([path.stem for path in there], chapters):
        yield from (course / "notebooks" / language / f"{name}.ipynb" for language in languages)


def rehearse(path: Path, on_cell: Callable[[int, int], None]) -> Rehearsal:
    """Run the notebook at `path` and leave the file as it is.

    `on_cell` is called before each code cell, with its number from 1 and their total. A cell that
    fails ends the run, since those after it need it. Raises AuthoringError for a file that is none.
    """
    notebook = read_notebook(path)
    total = len(code_cells(notebook))
    begin, number = time.monotonic(), 0
    try:
        for number, _ in enumerate(run(notebook, path), start=1):
            on_cell(number, total)
    except CellFailed as error:
        cause, mend = _told(code_cells(notebook)[number - 1], error)
        return Rehearsal(path, number, time.monotonic() - begin, error, cause, mend)
    return Rehearsal(path, number, time.monotonic() - begin)


def _told(cell: NotebookNode, failure: CellFailed) -> tuple[str, str]:
    """Cause and mend of what happened in `cell`: an error of the lab is a sentence and a mend."""
    for output in cell.outputs:
        if output.output_type == "error":
            sentence, _, mend = output.evalue.partition("\n")
            by_lab = len(output.traceback) == 1 + len(output.evalue.splitlines())
            return (sentence, mend) if by_lab else (f"{output.ename}: {sentence}", "")
    return failure.reason, ""
