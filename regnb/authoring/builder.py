"""Builds the notebooks of a chapter; those of both languages are written together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from regnb.authoring.chapter import Chapter, read_chapter
from regnb.authoring.execution import run
from regnb.authoring.notebook_files import (
    code_cells,
    make_notebook,
    notebook_path,
    read_notebook,
    write_notebook,
)
from regnb.authoring.reference_engine import own_ports
from regnb.authoring.rules import require_rules
from regnb.errors import AuthoringError
from regnb.i18n import LANGUAGES


@dataclass(frozen=True, slots=True)
class RunningCell:
    """A code cell that is about to run: number `number` (from 1) of the `total` of its notebook."""

    slug: str
    language: str
    solved: bool
    cell: str
    number: int
    total: int


def _ignore(step: RunningCell) -> None:
    """Nobody looks."""


def build_chapter(
    source: Path, *, execute: bool = True, on_step: Callable[[RunningCell], None] = _ignore
) -> list[Path]:
    """Write the notebooks of `source` and return their paths.

    Without `execute`, outputs already stored stay where the code of the notebook is the same.
    Raises AuthoringError when the source breaks a rule, CellFailed when a cell does not run;
    nothing is written then.
    """
    chapter = read_chapter(source)
    require_rules(chapter)
    notebooks = {
        notebook_path(source, name, solved=solved): make_notebook(chapter, name, solved=solved)
        for solved in variants(chapter)
        for name in LANGUAGES
    }
    for path, notebook in notebooks.items():
        if execute:
            _execute(notebook, path, on_step)
        else:
            keep_outputs(notebook, path)
    for path, notebook in notebooks.items():
        write_notebook(path, notebook)
    return list(notebooks)


def variants(chapter: Chapter) -> tuple[bool, ...]:
    """Whether each notebook of a language is solved: the learner's, and that of the solutions."""
    return (False, True) if chapter.has_solutions else (False,)


def _execute(notebook: NotebookNode, path: Path, on_step: Callable[[RunningCell], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    total = len(code_cells(notebook))
    facts = notebook.metadata.regnb
    solved = bool(facts.get("solved"))
    with own_ports() as ports:
        for number, cell in enumerate(run(notebook, path, ports.environment), start=1):
            on_step(RunningCell(path.stem, facts.language, solved, cell, number, total))
    for code_cell in code_cells(notebook):
        code_cell.outputs = ports.shown(code_cell.outputs)


def keep_outputs(notebook: NotebookNode, path: Path) -> None:
    """Give `notebook` the outputs stored at `path` when all its code is what made them."""
    try:
        stored = read_notebook(path)
    except (FileNotFoundError, AuthoringError):
        return
    ours, theirs = code_cells(notebook), code_cells(stored)
    if [_identity(cell) for cell in ours] != [_identity(cell) for cell in theirs]:
        return
    for cell, old in zip(ours, theirs, strict=True):
        cell.outputs = old.outputs
        cell.execution_count = old.execution_count


def _identity(cell: NotebookNode) -> tuple[str, str, dict[str, object]]:
    return cell.get("id", ""), cell.source, dict(cell.metadata)
