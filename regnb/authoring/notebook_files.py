"""The notebooks of a chapter: where they are, and how they are made, read and written.

The same chapter gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode, ValidationError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from regnb.authoring.chapter import Cell, Chapter, Prose
from regnb.content.atomic_files import replace_file
from regnb.errors import AuthoringError, ChapterUnknown
from regnb.i18n import SOLUTIONS, Translator

_INDENT = 1  # as JupyterLab saves, so that a save there changes nothing here
# nbformat trips in many ways over JSON that is no notebook.
_UNREADABLE = (AttributeError, KeyError, TypeError, ValidationError, ValueError)
_RELATIVE_LINK = re.compile(r"\]\((?![a-z]+:|#|/)")
_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}


def make_notebook(chapter: Chapter, language: str, *, solved: bool = False) -> NotebookNode:
    """Notebook of `chapter` in `language`, not executed; the id of a cell is its name.

    The learner's has the start of each exercise, the `solved` one the solution in its place.
    """
    cells = [_make_cell(cell, language) for cell in chapter.cells_for(solved=solved)]
    source: dict[str, str | bool] = {"language": language, "source": chapter.path.name}
    if solved:
        source["solved"] = True
        for cell in cells:
            cell.source = _from_below(cell.source) if cell.cell_type == "markdown" else cell.source
        told = Translator(language)("exercises.solutions", path=f"../{chapter.slug}.ipynb")
        cells[0].source += f"\n\n> {told}"
    notebook: NotebookNode = new_notebook(cells=cells, metadata={**_METADATA, "regnb": source})
    return notebook


def _make_cell(cell: Cell, language: str) -> NotebookNode:
    made: NotebookNode
    if isinstance(cell, Prose):
        made = new_markdown_cell(_folded(cell, language), id=cell.name)
    else:
        metadata = {"tags": list(cell.tags)} if cell.tags else {}
        made = new_code_cell(cell.source, id=cell.name, metadata=metadata)
    return made


def _folded(cell: Prose, language: str) -> str:
    """Text of `cell`; a folded one opens with a click, also on GitHub."""
    text = cell.texts[language]
    if not cell.fold:
        return text
    summary = Translator(language)(f"exercises.fold_{cell.fold}")
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def _from_below(text: str) -> str:
    """`text` with its links as they are from the folder of the solutions."""
    return _RELATIVE_LINK.sub("](../", text)


def to_text(notebook: NotebookNode) -> str:
    """`notebook` as a file holds it; raises nbformat's ValidationError when it is none."""
    nbformat.validate(notebook)
    return f"{nbformat.writes(notebook, indent=_INDENT)}\n"


def read_notebook(path: Path) -> NotebookNode:
    """The stored notebook of `path`; raises AuthoringError when the file is none."""
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except _UNREADABLE as error:
        raise AuthoringError([f"{path.parent.name}/{path.name}: it is not a notebook"]) from error
    return notebook


def write_notebook(path: Path, notebook: NotebookNode) -> None:
    """Put `notebook` at `path`, whole or not at all."""
    text = to_text(notebook)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, text.encode())


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Code cells of `notebook`, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def source_paths(root: Path, wanted: Sequence[str] = ()) -> list[Path]:
    """Sources under `root` (the folder `notebooks`), sorted; only those `wanted` names, if any.

    A chapter is named by its number, its slug or the beginning of one: `01`, `01_first_registry`.
    Raises ChapterUnknown for a name that no chapter has, AuthoringError without any source.
    """
    paths = sorted((root / "src").glob("*.md"))
    if not paths:
        raise AuthoringError([f"{root / 'src'}: no chapter is here; go to the project's folder."])
    chosen = chosen_chapters([path.stem for path in paths], wanted)
    return [path for path in paths if path.stem in chosen]


def chosen_chapters(known: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Those of `known` that `wanted` name, all of them without any; raises ChapterUnknown."""
    beginnings = [Path(name).stem for name in wanted]
    for beginning in beginnings:
        if not any(name.startswith(beginning) for name in known):
            raise ChapterUnknown(beginning, ", ".join(known))
    return [name for name in known if not wanted or name.startswith(tuple(beginnings))]


def place(path: Path) -> str:
    """The notebook `path` as it is named to an author: `fr/solutions/01_first_registry.ipynb`."""
    depth = 3 if path.parent.name == SOLUTIONS else 2
    return "/".join(path.parts[-depth:])


def notebook_path(source: Path, language: str, *, solved: bool = False) -> Path:
    """Where the notebook of `source` in `language` is, without its solutions or `solved`."""
    folder = source.parent.parent / language / (SOLUTIONS if solved else "")
    return folder / f"{source.stem}.ipynb"
