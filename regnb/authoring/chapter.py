"""A chapter: one source, `notebooks/src/NN_slug.md`, for the notebooks of both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TypeAlias, cast

from jupytext.myst import MystMetadataParsingError, myst_to_notebook
from nbformat import NotebookNode, ValidationError
from yaml import YAMLError

from regnb.authoring.prose import typeset
from regnb.errors import AuthoringError
from regnb.i18n import LANGUAGES

FOLDS = ("hint", "answer", "more")
# Cells of the learner's notebook alone, and of the one with the solutions alone.
START, SOLUTION = "exercise", "solution"
# A check in the code of a cell, and its name.
CHECK = re.compile(r"\blab\.check\(\s*\"([^\"]*)\"")
# The last one when a name is no text, or the tags are no list.
_UNREADABLE = (MystMetadataParsingError, YAMLError, UnicodeDecodeError, ValidationError)


@dataclass(frozen=True, slots=True)
class Prose:
    """A prose cell: its text (typeset Markdown) and its line in the source, by language.

    `fold` says under which word it is folded (`FOLDS`); empty for a text that is open.
    """

    name: str
    texts: Mapping[str, str]
    lines: Mapping[str, int]
    fold: str = ""

    @property
    def line(self) -> int:
        """Where its first text starts in the source."""
        return min(self.lines.values())


@dataclass(frozen=True, slots=True)
class Code:
    """A code cell, the same in every language."""

    name: str
    source: str
    tags: tuple[str, ...]
    line: int


Cell: TypeAlias = Prose | Code


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter that could be read; `rules.problems_of` says whether it keeps the rules."""

    path: Path
    cells: tuple[Cell, ...]

    @property
    def slug(self) -> str:
        """File name without its extension, the same for the source and both notebooks."""
        return self.path.stem

    @property
    def has_solutions(self) -> bool:
        """Whether there is a notebook with solutions beside the learner's."""
        return any(isinstance(cell, Code) and SOLUTION in cell.tags for cell in self.cells)

    def cells_for(self, *, solved: bool) -> tuple[Cell, ...]:
        """Cells of the learner's notebook, or of the one that is `solved`."""
        left_out = START if solved else SOLUTION
        return tuple(
            cell for cell in self.cells if isinstance(cell, Prose) or left_out not in cell.tags
        )


@dataclass(frozen=True, slots=True)
class Block:
    """A cell as the source has it, before the languages are joined."""

    cell_type: str
    metadata: Mapping[str, object]
    text: str
    line: int

    @property
    def name(self) -> str:
        """The name of the cell; empty when the author gave none."""
        return str(self.metadata.get("name") or "")

    @property
    def fold(self) -> str:
        """Under which word a prose cell is folded; empty when it is open."""
        return str(self.metadata.get("fold") or "")

    @property
    def language(self) -> str:
        """The language of a prose cell; empty for a code cell."""
        return str(self.metadata.get("lang") or "")


def at(path: Path, line: int, name: str, message: str) -> str:
    """A problem with its place: `01_lab.md:12 (cell `goals`): message`."""
    cell = f" (cell `{name}`)" if name else ""
    return f"{path.name}:{line}{cell}: {message}"


def read_chapter(path: Path) -> Chapter:
    """The chapter whose source is `path`.

    Raises AuthoringError with every cell that lacks its name, its language or its translation.
    """
    blocks = list(_blocks(path))
    problems = [at(path, one.line, one.name, text) for one in blocks for text in _lacks(one)]
    if problems:
        raise AuthoringError(problems)
    return Chapter(path, tuple(_join(path, blocks)))


def _blocks(path: Path) -> Iterator[Block]:
    # The converter itself, since `jupytext.read` guesses the format and keeps no line numbers.
    try:
        source = path.read_text("utf-8")
        notebook = myst_to_notebook(source, add_source_map=True)
    except _UNREADABLE as error:
        reason = str(getattr(error, "message", error))
        raise AuthoringError([at(path, 1, "", f"this is not MyST Markdown: {reason}.")]) from error
    lines = source.splitlines()
    for cell, line in zip(notebook.cells, notebook.metadata.source_map, strict=True):
        # A text begins after the blank lines that follow its `+++`.
        blank = takewhile(lambda text: not text.strip(), lines[line:])
        is_prose = cell.cell_type == "markdown"
        yield _block(cell, line + len(list(blank)) + 1 if is_prose else line)


def _block(cell: NotebookNode, line: int) -> Block:
    metadata = dict(cell.metadata)
    text = cell.source.rstrip()
    if cell.cell_type == "markdown" and metadata.get("lang") in LANGUAGES:
        text = typeset(text, str(metadata["lang"]))
    return Block(cell.cell_type, metadata, text, line)


def _lacks(block: Block) -> Iterator[str]:
    if block.cell_type == "raw":
        yield "a chapter has no raw cells; use prose or code."
    elif block.cell_type == "markdown" and block.language not in LANGUAGES:
        yield 'prose without a language; open it with `+++ {"lang": "fr", "name": "…"}`.'
    elif not block.name:
        yield 'the cell has no name; add `:name:` (code) or `"name"` (prose).'
    if block.fold and block.fold not in FOLDS:
        yield f"`fold` is one of {', '.join(FOLDS)}."
    allowed = {"name", "lang", "fold"} if block.cell_type == "markdown" else {"name", "tags"}
    for key in block.metadata.keys() - allowed:
        yield f"`{key}` means nothing here; a cell has {' and '.join(sorted(allowed))}."


def _join(path: Path, blocks: list[Block]) -> Iterator[Cell]:
    """Cells in order, the languages of each prose cell joined; raises AuthoringError."""
    left = list(blocks)
    while left:
        block = left[0]
        size = 1 if block.cell_type == "code" else len(LANGUAGES)
        group, left = left[:size], left[size:]
        if block.cell_type == "code":
            yield _code(block)
            continue
        expected = [(block.name, language, block.fold) for language in LANGUAGES]
        if [(one.name, one.language, one.fold) for one in group] != expected:
            order = " and then ".join(f"`{language}`" for language in LANGUAGES)
            message = f"a text is there in {order}, under the same name, and is never empty."
            raise AuthoringError([at(path, block.line, block.name, message)])
        yield _prose(group)


def _code(block: Block) -> Code:
    tags = cast("list[str]", block.metadata.get("tags") or [])
    return Code(block.name, block.text, tuple(tags), block.line)


def _prose(group: list[Block]) -> Prose:
    return Prose(
        group[0].name,
        {block.language: block.text for block in group},
        {block.language: block.line for block in group},
        group[0].fold,
    )
