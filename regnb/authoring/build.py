"""Builds the notebooks of chapters; both languages of a chapter are written together."""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode

from regnb.authoring.chapter import read_chapter
from regnb.authoring.layout import notebook_path
from regnb.authoring.notebook import make_notebook, read_notebook, write_notebook
from regnb.authoring.rules import require_rules
from regnb.i18n import LANGUAGES


def build_chapter(source: Path) -> list[Path]:
    """Write the notebooks of `source` without executing them; returns their paths.

    Outputs already stored stay where the code of the notebook is still the same. Raises
    AuthoringError, and writes nothing, when the source breaks a rule.
    """
    chapter = read_chapter(source)
    require_rules(chapter)
    built = {notebook_path(source, name): make_notebook(chapter, name) for name in LANGUAGES}
    for path, notebook in built.items():
        if path.exists():
            keep_outputs(notebook, read_notebook(path))
    for path, notebook in built.items():
        write_notebook(path, notebook)
    return list(built)


def keep_outputs(notebook: NotebookNode, stored: NotebookNode) -> None:
    """Give `notebook` the outputs of `stored` when all its code is what made them."""
    ours, theirs = code_cells(notebook), code_cells(stored)
    if [_identity(cell) for cell in ours] != [_identity(cell) for cell in theirs]:
        return
    for cell, old in zip(ours, theirs, strict=True):
        cell.outputs = old.outputs
        cell.execution_count = old.execution_count


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Code cells of `notebook`, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _identity(cell: NotebookNode) -> tuple[str, str, dict[str, object]]:
    return cell.get("id", ""), cell.source, dict(cell.metadata)
