"""What a stored notebook may not hold: it is public, and others run it elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from nbformat import NotebookNode

from regnb.authoring.execute import WIDGET_VIEW
from regnb.authoring.notebook import code_cells
from regnb.authoring.ports import ReferenceAddresses

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


def problems_in(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """Id of the cell and what is wrong with its run or its outputs, for each problem."""
    addresses = ReferenceAddresses()
    for number, cell in enumerate(code_cells(notebook), start=1):
        text = json.dumps(cell.outputs, ensure_ascii=False)
        problems = [*_of_run(cell, number), *_of_outputs(text)]
        strange = sorted(set(addresses.strange(text)))
        problems += [f"its outputs hold `{address}`, {_STRANGE}" for address in strange]
        yield from ((cell.id, problem) for problem in problems)


def _of_run(cell: NotebookNode, number: int) -> Iterator[str]:
    if cell.execution_count != number:
        yield f"its run is number {cell.execution_count}, and should be {number}"
    has_error = any(output.output_type == "error" for output in cell.outputs)
    if has_error != (_RAISES in cell.metadata.get("tags", [])):
        yield f"the tag `{_RAISES}` and an error in the outputs go together"


def _of_outputs(text: str) -> Iterator[str]:
    if WIDGET_VIEW in text:
        yield "its outputs hold the view of a widget, which nothing can show"
    for what, pattern in _FOREIGN.items():
        found = pattern.search(text)
        if found:
            yield f"its outputs hold {what}, `{found.group()[:60]}`"
