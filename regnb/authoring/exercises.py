"""Exercises of a chapter: how they are written, and what their checks show in the notebooks.

An exercise is a text, the cell where the learner starts (tag `exercise`), hints that are folded,
the solution (tag `solution`) and the cell with its check, `lab.check("02-two-tags")`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbformat import NotebookNode

from regnb.authoring.chapter import SOLUTION, START, Chapter, Code
from regnb.authoring.notebook import code_cells
from regnb.checks import Status, all_checks, all_questions

_CHECK = re.compile(r"\blab\.check\(\s*\"([^\"]*)\"")
_QUESTION = re.compile(r"\blab\.question\(\s*\"([^\"]*)\"")
_ORDER = (START, SOLUTION, "check")
_OUTCOME = re.compile(r'class="outcome (\w+)"')


def problems_of_exercises(chapter: Chapter) -> Iterator[tuple[Code, str]]:
    """Code cell and what is wrong there, for each exercise, check or question."""
    expected = 0
    for cell in (cell for cell in chapter.cells if isinstance(cell, Code)):
        yield from ((cell, message) for message in _of_names(chapter, cell))
        kind = _kind(cell)
        if kind is None:
            continue
        if kind != _ORDER[expected]:
            yield cell, f"here comes the `{_ORDER[expected]}` cell of an exercise: {_EXERCISE}."
            expected = _ORDER.index(kind)
        expected = (expected + 1) % len(_ORDER)
        last = cell
    if expected:
        yield last, f"the `{_ORDER[expected]}` cell of the exercise is missing: {_EXERCISE}."


_EXERCISE = "it has a cell with the tag `exercise`, one with `solution`, and one with `lab.check`"


def _kind(cell: Code) -> str | None:
    named = [tag for tag in (START, SOLUTION) if tag in cell.tags]
    return named[0] if named else "check" if _CHECK.search(cell.source) else None


def _of_names(chapter: Chapter, cell: Code) -> Iterator[str]:
    for pattern, known in ((_CHECK, all_checks()), (_QUESTION, all_questions())):
        for name in pattern.findall(cell.source):
            if name not in known:
                yield f"`{name}` is not in `regnb/checks/chapter_{chapter.slug[:2]}.py`."
            elif not name.startswith(f"{chapter.slug[:2]}-"):
                yield f"`{name}` belongs to another chapter; here names begin with the number."


def problems_of_outcomes(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """Id of the cell and what is wrong, for each check that shows what it should not."""
    wanted = Status.PASSED if notebook.metadata.regnb.get("solved") else Status.NOT_ATTEMPTED
    for cell in code_cells(notebook):
        if _CHECK.search(cell.source):
            texts = [output.get("data", {}).get("text/html", "") for output in cell.outputs]
            shown = _OUTCOME.findall("".join(texts))
            if shown != [wanted]:
                told = ", ".join(shown) or "nothing"
                yield cell.id, f"its check shows `{told}`, and `{wanted}` is due here"
