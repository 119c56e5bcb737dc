"""HTML made in Python; whatever is not `Markup` is escaped, since registries hold others' texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TypeAlias, TypeVar

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from regnb.i18n import Translator
from regnb.oci import Digest

Child: TypeAlias = str | int | Markup | Iterable["Child"] | None

_VOID = frozenset({"br", "col", "hr", "img", "input", "wbr"})
SHOWN = 40
T = TypeVar("T")


def tag(name: str, *children: Child, **attributes: str | float | bool | None) -> Markup:
    """The element `name`; children may be nested lists, and None is nothing.

    Attributes are written as in Python: `class_`, `data_act`, `aria_label`; those that are None or
    False are left out, and True stands alone.
    """
    written = join(
        Markup(' {}="{}"').format(_attribute(key), value)
        if value is not True
        else Markup(" {}").format(_attribute(key))
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    start = Markup("<{}{}>").format(name, written)
    end = Markup("") if name in _VOID else join(children) + Markup("</{}>").format(name)
    return start + end


def join(children: Child) -> Markup:
    """All `children` one after the other."""
    if children is None:
        return Markup()
    if isinstance(children, str | int):
        return escape(children)
    return Markup().join(join(child) for child in children)


def inline(text: str) -> Markup:
    """`text`, Markdown within one paragraph, such as the catalogues hold."""
    return Markup(_markdown().renderInline(text))  # noqa: S704 - HTML in it is escaped


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False})


def _attribute(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def short_digest(digest: Digest) -> Markup:
    """The first digits of `digest`; the whole of it where the pointer rests."""
    return tag("code", digest.short, title=str(digest))


def code_spans(text: str) -> Markup:
    """`text` with its `code spans`."""
    return join(tag("code", part) if at % 2 else part for at, part in enumerate(text.split("`")))


def share_bar(*parts: int, of: int) -> Markup:
    """A bar of `parts` of a whole; the numbers stand beside it, so it is not read aloud."""
    pieces = [
        tag("i", class_=f"part-{number}", style=f"width: {100 * part / of:.1f}%")
        for number, part in enumerate(parts, start=1)
        if part and of
    ]
    return tag("span", pieces, class_="bar", aria_hidden="true")


def table(headings: Iterable[str], rows: Iterable[Child], class_: str | None = None) -> Markup:
    """A table of `rows`, each of them cells; a heading that starts with `#` is that of numbers."""
    heads = [
        tag("th", text.removeprefix("#"), scope="col", class_=text.startswith("#") and "number")
        for text in headings
    ]
    body = [tag("tr", row) for row in rows]
    return tag("table", tag("thead", tag("tr", heads)), tag("tbody", body), class_=class_)


def first_rows(
    translator: Translator, headings: Iterable[str], items: Sequence[T], row: Callable[[T], Child]
) -> Markup:
    """A table of the first `items`, of which `row` makes cells, and how many more there are."""
    return table(headings, map(row, items[:SHOWN])) + rows_left(translator, len(items) - SHOWN)


def rows_left(translator: Translator, count: int) -> Markup:
    """How many more there are, when there are."""
    if count <= 0:
        return Markup("")
    return tag("p", translator("tables.more_rows", count=count), class_="quiet")


def number_cell(text: str) -> Markup:
    """The cell of a number."""
    return tag("td", text, class_="number")
