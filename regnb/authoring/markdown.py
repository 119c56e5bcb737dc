"""What a piece of Markdown holds, as markdown-it reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

# Stands for what is not prose inside a passage: a code span, a formula.
OBJECT = "\N{OBJECT REPLACEMENT CHARACTER}"
VERBATIM_BLOCKS = frozenset({"fence", "code_block", "html_block", "math_block", "math_block_label"})
# `HOST:PORT/NAME` is `HÔTE:PORT/NOM` in French; the methods of HTTP are not translated.
_PLACEHOLDER = re.compile(r"\b(?!(?:GET|HEAD|POST|PUT|PATCH|DELETE|HTTP)\b)[A-ZÀ-Þ]{2,}\b")
_BREAKS = frozenset({"softbreak", "hardbreak"})
_OBJECTS = frozenset({"code_inline", "math_inline", "math_inline_double"})


@dataclass(frozen=True, slots=True)
class Passage:
    """The plain text of one paragraph, heading or table cell; `line` counts from 0."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Outline:
    """The parts of a text that must be the same in every language, and its passages."""

    headings: tuple[int, ...]
    links: frozenset[str]
    images: frozenset[str]
    unnamed_images: frozenset[str]
    spans: frozenset[str]
    blocks: tuple[str, ...]
    passages: tuple[Passage, ...]

    @property
    def words(self) -> int:
        """How many words there are to read, code blocks not counted."""
        return sum(len(passage.text.split()) for passage in self.passages)


@cache
def _parser() -> MarkdownIt:
    # A dollar sign before a digit or after a space is a price or a variable, as in JupyterLab.
    return MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, allow_space=False)


def parse(text: str) -> list[Token]:
    """Block tokens of `text`, in the dialect that JupyterLab shows."""
    return _parser().parse(text)


def outline(text: str) -> Outline:
    """What `text` holds."""
    blocks = parse(text)
    inlines = [child for block in blocks for child in block.children or []]
    images = [token for token in inlines if token.type == "image"]
    return Outline(
        headings=tuple(int(block.tag[1]) for block in blocks if block.type == "heading_open"),
        links=frozenset(_attributes(inlines, "link_open", "href")),
        images=frozenset(str(image.attrs["src"]) for image in images),
        unnamed_images=frozenset(str(image.attrs["src"]) for image in images if not image.content),
        spans=frozenset(_span(token) for token in inlines if token.type == "code_inline"),
        blocks=tuple(block.content for block in blocks if block.type in VERBATIM_BLOCKS),
        passages=tuple(_passages(blocks)),
    )


def _span(token: Token) -> str:
    return _PLACEHOLDER.sub("…", token.content)


def _attributes(tokens: list[Token], kind: str, name: str) -> Iterator[str]:
    return (str(token.attrs[name]) for token in tokens if token.type == kind)


def _passages(blocks: list[Token]) -> Iterator[Passage]:
    for block in blocks:
        if block.type == "inline":
            text = "".join(_plain(token) for token in block.children or [])
            yield Passage(block.map[0] if block.map else 0, text)


def _plain(token: Token) -> str:
    if token.type in _BREAKS:
        return "\n"
    if token.type in _OBJECTS:
        return OBJECT
    return token.content if token.type in {"text", "text_special", "image"} else ""
