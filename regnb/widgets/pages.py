"""A long table, a page at a time: the browser never has more rows than one page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import pandas as pd
from markupsafe import Markup

from regnb.i18n import Translator
from regnb.tables.table import MAX_ROWS, Table
from regnb.widgets.base_view import View
from regnb.widgets.frontend import somebody_looks
from regnb.widgets.html import tag

TURNS = ("first", "previous", "next", "last")


class PagedTable(Table):
    """A table that is leafed through and searched where a kernel runs, when it has many rows."""

    @classmethod
    def showing(cls, translator: Translator, frame: pd.DataFrame) -> Self:
        """The rows of `frame`, as `RegistryClient.inventory` gives it, as `translator` speaks."""
        table = cls(frame)
        table.translator = translator
        return table

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": repr(self), "text/html": self._repr_html_()}
        if len(self) > MAX_ROWS and somebody_looks():
            bundle = Pages(self._text, self).widget.mimebundle() | bundle
        return bundle


class Pages(View):
    """The rows of `table` that contain what is searched for, MAX_ROWS at a time."""

    styles: ClassVar = ("pages.css",)
    live: ClassVar = True

    def __init__(self, translator: Translator, table: Table) -> None:
        super().__init__(translator)
        self.table = table
        self._found = table
        self._start = 0

    def caption(self) -> str:
        """How many rows there are."""
        return self.translator("pages.caption", count=len(self.table))

    def picture(self, *, live: bool = False) -> Markup:
        """The page."""
        slot = tag("div", self._page(), data_slot="page", aria_live="polite")
        return (self._controls() if live else Markup()) + slot

    def answer(self, action: str, value: str) -> Mapping[str, Markup]:
        """The page that was turned to, or the first one with what was searched for."""
        if action == "search":
            self._found, self._start = containing(self.table, value), 0
        elif action == "turn":
            last = max(0, len(self._found) - 1) // MAX_ROWS * MAX_ROWS
            steps = {
                "first": 0,
                "previous": max(0, self._start - MAX_ROWS),
                "next": min(last, self._start + MAX_ROWS),
                "last": last,
            }
            self._start = steps.get(value, self._start)
        return {"page": self._page()}

    def _page(self) -> Markup:
        count = len(self._found)
        if not count:
            return tag("p", self.translator("pages.none"))
        rows = self._found.iloc[self._start : self._start + MAX_ROWS]
        place = {"first": self._start + 1, "last": self._start + len(rows), "count": count}
        shown = tag("p", self.translator("pages.place", **place), class_="quiet")
        return shown + Markup(rows.to_page())  # noqa: S704 - pandas escapes the texts of cells

    def _controls(self) -> Markup:
        text = self.translator
        field = tag("input", type="search", data_act="search")
        label = tag("label", text("pages.search"), " ", field)
        buttons = [
            tag("button", text(f"pages.{turn}"), type="button", data_act="turn", data_value=turn)
            for turn in TURNS
        ]
        return tag("div", label, buttons, class_="controls")


def containing(table: Table, text: str) -> Table:
    """The rows with `text` in any of their words, in either case."""
    wanted = text.strip()
    if not wanted:
        return table
    mask = pd.Series(data=False, index=table.index)
    for name in table.columns:
        if pd.api.types.is_string_dtype(table[name].dtype):
            mask |= table[name].str.contains(wanted, case=False, regex=False, na=False)
    return table[mask]
