"""The prose of a chapter: what its Markdown holds, as markdown-it reads it, and its typography.

French puts a no-break space before two-part punctuation and inside guillemets: U+00A0 before the
colon, the narrow U+202F elsewhere (Lexique des règles typographiques en usage à l'Imprimerie
nationale). Authors type plain spaces; `typeset` makes them the right ones and leaves code, links,
formulas and HTML alone. `flaws` looks at the text as it is rendered, so it finds what it missed.
"""

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


NO_BREAK = "\u00a0"
NARROW = "\u202f"
APOSTROPHE = "\u2019"
_SPACES = f"[ {NO_BREAK}{NARROW}]"
_UNITS = "o|ko|Mo|Go|To|Kio|Mio|Gio|octets?|%|€|ms|s|min|h"

# What a reader does not read, or reads as code; the escapes come first, as in CommonMark.
_PROTECTED = r"""
      ^[ \t]*(?:(?:[-*+>]|\d+[.)])[ \t]+)+                    # the marks of lists and quotations
    | \\[!-/:-@\[-`{-~]                                     # an escaped sign
    | (?:(?<!`)|(?<=\\`))(?P<ticks>`+)(?!`)[\s\S]*?(?<!`)(?P=ticks)(?!`)    # a code span
    | \]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+(?:"[^"]*"|'[^']*'))?\)  # the target of a link
    | <[^<>\s][^<>]*>                                       # a tag, a comment, an autolink
    | https?://[^\s)>\]]+
    | \$\$[\s\S]+?\$\$ | (?<!\w)\$(?![\s\d])[^$\n]*?[^\s$]\$(?!\d)  # a formula
    | &\#?\w+;                                              # an entity
"""
_APOSTROPHE = r"(?P<apostrophe>(?<=[\w`.,!?)…])')"
_FRENCH = rf"""
    | (?P<colon>(?<=\S){_SPACES}+(?=:(?:[\s)*_»|\]]|$)))
    | (?P<narrow>(?<=\S){_SPACES}+(?=[;?»]|!(?!\[)) | (?<=«){_SPACES}* | (?<=\S)(?<!{_SPACES})(?=»))
    | (?P<number>(?<=\d){_SPACES}(?=(?:\d\d\d(?!\d)|(?:{_UNITS})(?![\w'’]))))
"""
_REPLACEMENTS = {"apostrophe": APOSTROPHE, "colon": NO_BREAK, "narrow": NARROW, "number": NARROW}
_RULES = {
    "en": re.compile(f"{_PROTECTED} | {_APOSTROPHE}", re.VERBOSE | re.MULTILINE),
    "fr": re.compile(f"{_PROTECTED} | {_APOSTROPHE} {_FRENCH}", re.VERBOSE | re.MULTILINE),
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong on `line` (from 0) of a text; `excerpt` is the place, `mend` what to do."""

    line: int
    excerpt: str
    mend: str


def typeset(text: str, language: str) -> str:
    """`text` (Markdown) with the spaces and apostrophes of `language`; lines stay in place."""
    lines = text.split("\n")
    # Paragraph by paragraph, so that a lone backquote protects nothing in the next one.
    for start, end in {tuple(block.map or (0, 0)) for block in parse(text) if block.children}:
        paragraph = "\n".join(lines[start:end])
        lines[start:end] = _RULES[language].sub(_replace, paragraph).split("\n")
    return "\n".join(lines)


def _replace(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    return _REPLACEMENTS.get(kind, match.group())


_MENDS = {
    "en": [(re.compile("['\"]"), "use the typographic ’ “ ”")],
    "fr": [
        (re.compile("['\"]"), "use ’ and « »"),
        (re.compile(r"\n[:;?!»]"), "keep the sign on the line of the word before it"),
        (re.compile(r"[^\s:?!(][;?!»]|[^\s:]:(?=\s|$)"), "put a space before the sign"),
        (re.compile(r"«(?!\s)"), "put a space after the sign"),
        (
            re.compile(rf"[ {NO_BREAK}][;?!»]|[ {NARROW}]:(?=\s|$)|«[ {NO_BREAK}]"),
            "use the no-break space of this sign: U+00A0 for the colon, U+202F for the others",
        ),
    ],
}


def flaws(text: str, language: str) -> list[Flaw]:
    """What is wrong in the typography of `text` (Markdown) as a reader sees it."""
    return [
        Flaw(passage.line + passage.text.count("\n", 0, match.start()), _excerpt(match), mend)
        for passage in outline(text).passages
        for pattern, mend in _MENDS[language]
        for match in pattern.finditer(passage.text)
    ]


def _excerpt(match: re.Match[str]) -> str:
    around = match.string[max(0, match.start() - 20) : match.end() + 5]
    return around.replace(OBJECT, "`…`").replace("\n", " ").strip()
