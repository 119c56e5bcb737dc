"""A DataFrame whose values are data and whose display is formatted for the reader.

The columns keep their English identifiers and raw values (bytes, aware times, whole digests), so
that `table[table.size_bytes > 1_000_000]` works. Only what is shown changes: headings in the
language of the reader above the identifier, sizes as 109,0 Mo, times as "il y a 2 semaines",
digests by their first twelve digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from numbers import Integral
from typing import Any, ClassVar, Self

import pandas as pd

from regnb.errors.printable import printable
from regnb.i18n import Translator

MAX_ROWS = 60
MAX_TEXT = 72
MAX_USERS = 8
_LARGEST = 2**63 - 1
# Columns of images that use a content: in a large registry, thousands.
_USERS = frozenset({"shared_with", "used_by"})
# Columns of whole sentences, which are never cut.
_SENTENCES = frozenset({"finding", "mend"})
# Digests, and the bare IDs of containers.
_DIGEST = re.compile(r"\b(?:sha(?:256|512):)?([0-9a-f]{12})[0-9a-f]{52,}\b")
# What the classic builder writes before an instruction that is not RUN.
_NO_OPERATION = re.compile(r"^/bin/sh -c #\(nop\) +")
SIZE = "size_bytes"
# Of middle lightness, to be seen in light and in dark; the number above says the same in words.
_STYLE = "height: 5px; border-radius: 2px; background-color: #2b7bba"


class Table(pd.DataFrame):
    """Rows with the columns that are given; shown as `translator` speaks."""

    _metadata: ClassVar[list[str]] = ["translator"]
    translator: Translator

    @classmethod
    def of(
        cls,
        translator: Translator,
        rows: Iterable[Mapping[str, object]],
        *,
        columns: Mapping[str, str],
    ) -> Self:
        """Table of `rows`, with the dtypes of `columns` also when there is no row."""
        fitting = [{name: _fitting(value) for name, value in row.items()} for row in rows]
        frame = pd.DataFrame(fitting, columns=pd.Index(columns)).astype(dict(columns))
        table = cls(frame)
        table.translator = translator
        return table

    @property
    def _constructor(self) -> type[Self]:
        return type(self)

    def __repr__(self) -> str:
        shown = self._shown()
        if shown.empty:
            return f"{'  '.join(shown.columns)}\n{self._text('tables.empty')}"
        padded = shown.apply(lambda column: column.str.ljust(column.str.len().max()))
        text = padded.to_string(index=False, justify="left")
        return "\n".join(filter(None, (text, self._rest())))

    def _repr_html_(self) -> str:
        rest = self._rest() or (self._text("tables.empty") if self.empty else "")
        return self.to_page() + (f"<p>{rest}</p>" if rest else "")

    def to_page(self) -> str:
        """The first rows as HTML."""
        html = self._shown().to_html(index=False, border=0, justify="left", na_rep="")
        # JupyterLab aligns cells to the right, as numbers; these are texts.
        for cell in ("th", "td"):
            html = html.replace(f"<{cell}>", f'<{cell} style="text-align: left">')
        return html

    @property
    def _text(self) -> Translator:
        return getattr(self, "translator", None) or Translator("en")

    def _shown(self) -> pd.DataFrame:
        translator = self._text
        cells: dict[str, list[str]] = {}
        for name in self.columns:
            values: Any = self[name].head(MAX_ROWS)
            cells[_heading(translator, str(name))] = [
                format_cell(translator, str(name), value) for value in values
            ]
        return pd.DataFrame(cells, dtype="str")

    def _rest(self) -> str:
        hidden = len(self) - MAX_ROWS
        return self._text("tables.more_rows", count=hidden) if hidden > 0 else ""


class FactTable(Table):
    """Rows that are different facts, in the columns field and value.

    Each value is formatted after the name of its own field.
    """

    @classmethod
    def of_facts(cls, translator: Translator, facts: Mapping[str, object]) -> Self:
        """One row for each of `facts`."""
        rows = [{"field": field, "value": value} for field, value in facts.items()]
        return cls.of(translator, rows, columns={"field": "str", "value": "object"})

    def _shown(self) -> pd.DataFrame:
        translator = self._text
        field, value = (_heading(translator, str(name)) for name in self.columns)
        facts = [(str(row[0]), row[1]) for row in self.itertuples(index=False)]
        return pd.DataFrame(
            {
                field: [_heading(translator, name) for name, _ in facts],
                value: [format_cell(translator, name, item) for name, item in facts],
            },
            dtype="str",
        )


class BarTable(Table):
    """Rows with a column `size_bytes`, each with a bar as long as its part of the largest."""

    def _repr_html_(self) -> str:
        html = super()._repr_html_()
        if SIZE not in self.columns or self.empty:
            return html
        column = list(self.columns).index(SIZE)
        largest = max(int(self[SIZE].max()), 1)
        before, *rows = html.split("<tr>")
        drawn = [
            _with_bar(row, column, round(100 * int(size) / largest))
            for row, size in zip(rows, self[SIZE].head(MAX_ROWS), strict=True)
        ]
        return "<tr>".join([before, *drawn])


def format_cell(translator: Translator, column: str, value: object) -> str:
    """`value` of `column` as text in the translator's language."""
    if isinstance(value, list | tuple):
        shown = value[:MAX_USERS] if column in _USERS else value
        texts = [format_cell(translator, column, item) for item in shown]
        more = len(value) - len(shown)
        return ", ".join([*texts, f"+ {more}"] if more else texts)
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, bool):
        return translator("tables.yes" if value else "tables.no")
    if column.endswith("_bytes") and isinstance(value, Integral):
        return translator.size(int(value))
    if isinstance(value, datetime):
        return translator.ago(value)
    word = f"words.{column}.{value}"
    text = str(value) if column in _SENTENCES else shorten(str(value))
    return translator(word) if translator.has(word) else printable(text)


def shorten(text: str) -> str:
    """`text` with digests cut to twelve digits, and on one line of at most 72 characters."""
    text = _NO_OPERATION.sub("", text)
    text = " ".join(_DIGEST.sub(r"\1", text).split())
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"


def _fitting(value: object) -> object:
    """`value`, or the largest number that a column holds: sums of what registries state."""
    return min(value, _LARGEST) if isinstance(value, int) else value


def _heading(translator: Translator, name: str) -> str:
    key = f"columns.{name}"
    return translator(key) if translator.has(key) else name


def _with_bar(row: str, column: int, percent: int) -> str:
    cells = row.split("</td>")
    cells[column] += f'<div style="width: {percent}%; {_STYLE}"></div>'
    return "</td>".join(cells)
