"""Runs notebooks as a learner would, from the first cell to the last, each in its own folder.

To store their outputs, or as they are, to know beforehand what will work on a machine.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from regnb.authoring.notebook_files import chosen_chapters, code_cells, place, read_notebook
from regnb.errors import CellFailed

CELL_TIMEOUT = 300  # seconds: a pull over a slow line
OUTPUT_TIMEOUT = 30  # seconds: outputs that come late are waited for, never left out
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# Without it, a kernel warns that it speaks over TCP, which is on loopback here.
_QUIET = ["--log-level=ERROR"]
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def run(
    notebook: NotebookNode, path: Path, environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Names of the code cells of `notebook`, each given just before it runs; outputs go into it.

    The kernel works in the folder of `path`, which says the language; `environment` adds to that
    of this process. Raises CellFailed.
    """
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        record_timing=False,
        coalesce_streams=True,
        iopub_timeout=OUTPUT_TIMEOUT,
        raise_on_iopub_timeout=True,
        extra_arguments=_QUIET,
    )
    client.reset_execution_trackers()
    environment = {**kernel_environment(path), **(environment or {})}
    with client.setup_kernel(cwd=str(path.parent), env=environment):
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                yield cell.id
                _run_cell(client, cell, index, path)
    for cell in code_cells(notebook):
        cell.outputs = [tidy(output) for output in cell.outputs]


def kernel_environment(path: Path) -> dict[str, str]:
    """Environment of a kernel whose outputs are stored: no progress, and the notebook named."""
    return {**os.environ, "JPY_SESSION_NAME": str(path), "REGNB_PROGRESS": "0"}


def _run_cell(client: NotebookClient, cell: NotebookNode, index: int, path: Path) -> None:
    try:
        client.execute_cell(cell, index)
    except CellExecutionError as error:
        reason = _COLOURS.sub("", error.traceback).strip()
    except CellTimeoutError:
        reason = f"It took more than {CELL_TIMEOUT} seconds."
    except DeadKernelError:
        reason = "The kernel died."
    else:
        return
    raise CellFailed(place(path), cell.id, cell.source, reason)


def tidy(output: NotebookNode) -> NotebookNode:
    """`output` without the view of a widget: its state is not stored, so nothing could show it."""
    output.get("data", {}).pop(WIDGET_VIEW, None)
    return output


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
