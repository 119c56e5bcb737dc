"""What several views are made of: digests, sizes, bars, tables that end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from markupsafe import Markup

from regnb.i18n import Translator
from regnb.oci import Digest
from regnb.widgets.html import Child, join, tag

SHOWN = 40
T = TypeVar("T")


def short(digest: Digest) -> Markup:
    """The first digits of `digest`; the whole of it where the pointer rests."""
    return tag("code", digest.short, title=str(digest))


def spans(text: str) -> Markup:
    """`text` with its `code spans`."""
    return join(tag("code", part) if at % 2 else part for at, part in enumerate(text.split("`")))


def share(*parts: int, of: int) -> Markup:
    """A bar of `parts` of a whole; the numbers stand beside it, so it is not read aloud."""
    pieces = [
        tag("i", class_=f"part-{number}", style=f"width: {100 * part / of:.1f}%")
        for number, part in enumerate(parts, start=1)
        if part and of
    ]
    return tag("span", pieces, class_="bar", aria_hidden="true")


def table(
    translator: Translator, headings: Sequence[str], items: Sequence[T], row: Callable[[T], Child]
) -> Markup:
    """A table of `items`: the first ones, of which `row` makes cells, and how many more there are.

    A heading that starts with `#` is that of numbers.
    """
    heads = [
        tag("th", text.removeprefix("#"), scope="col", class_=text.startswith("#") and "number")
        for text in headings
    ]
    made = tag(
        "table",
        tag("thead", tag("tr", heads)),
        tag("tbody", [tag("tr", row(item)) for item in items[:SHOWN]]),
    )
    return made + rest(translator, len(items) - SHOWN)


def rest(translator: Translator, count: int) -> Markup:
    """How many more there are, when there are."""
    if count <= 0:
        return Markup("")
    return tag("p", translator("tables.more_rows", count=count), class_="quiet")


def number(text: str) -> Markup:
    """The cell of a number."""
    return tag("td", text, class_="number")
