"""Runs a notebook as a learner would, from its first cell to its last, in its own folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from regnb.authoring.layout import place
from regnb.authoring.notebook import code_cells
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
