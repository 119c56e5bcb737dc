"""A DataFrame whose values are data and whose display is formatted for the reader.

The columns keep their English identifiers and raw values (bytes, aware times, whole digests), so
that `table[table.size_bytes > 1_000_000]` works. Only what is shown changes: headings in the
language of the reader above the identifier, sizes as 109,0 Mo, times as "il y a 2 semaines",
digests by their first twelve digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

import pandas as pd

from regnb.i18n import Translator
from regnb.tables.cells import format_cell

MAX_ROWS = 60


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
        frame = pd.DataFrame(list(rows), columns=pd.Index(columns)).astype(dict(columns))
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
            cells[_heading(str(name), translator)] = [
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

    def _shown(self) -> pd.DataFrame:
        translator = self._text
        field, value = (_heading(str(name), translator) for name in self.columns)
        facts = [(str(row[0]), row[1]) for row in self.itertuples(index=False)]
        return pd.DataFrame(
            {
                field: [_heading(name, translator) for name, _ in facts],
                value: [format_cell(translator, name, item) for name, item in facts],
            },
            dtype="str",
        )


def _heading(name: str, translator: Translator) -> str:
    key = f"columns.{name}"
    return translator(key) if translator.has(key) else name
