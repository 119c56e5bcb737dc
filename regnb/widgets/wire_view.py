"""The HTTP exchanges behind a step: what was asked, what was answered, and the same with curl."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from markupsafe import Markup

from regnb.analysis.wire import ShownExchange, ShownHeader
from regnb.i18n import Translator
from regnb.widgets.base_view import View
from regnb.widgets.html import Child, code_spans, join, tag

SHOWN = 20
LINES = 60


class Wire(View):
    """The `exchanges` behind `step`; `count` is how many there were, also those not kept."""

    styles: ClassVar = ("wire.css",)
    live: ClassVar = True

    def __init__(
        self, translator: Translator, step: str, exchanges: Sequence[ShownExchange], count: int
    ) -> None:
        super().__init__(translator)
        self.step = step
        self.exchanges = exchanges
        self.count = count

    def caption(self) -> Markup:
        """How many exchanges there were, behind which step."""
        key = "wire.caption" if self.exchanges else "wire.none"
        return code_spans(self.translator(key, count=self.count, step=f"lab.{self.step}"))

    def picture(self, *, live: bool = False) -> Markup:
        """One foldable part for each exchange, the first of them open."""
        shown = self.exchanges[:SHOWN]
        rest = self.count - len(shown)
        more = tag("p", self.translator("wire.more", count=rest), class_="quiet")
        parts = [self._exchange(number, item, live=live) for number, item in enumerate(shown, 1)]
        return join([parts, more if rest else None])

    def answer(self, action: str, value: str) -> Mapping[str, Markup]:
        """Nothing: what there is to copy is in the page."""
        raise KeyError(action, value)

    def _exchange(self, number: int, item: ShownExchange, *, live: bool) -> Markup:
        summary = tag(
            "summary",
            tag("code", tag("b", item.method), " ", item.path),
            " → ",
            tag("b", f"{item.status} {item.reason}"),
            tag("span", " · ", self._meaning(item.status), class_="quiet"),
        )
        return tag(
            "details",
            summary,
            self._side("request", item.request_headers, item.request_body, live=live),
            self._side("response", item.response_headers, item.response_body, live=live),
            self._curl(item.curl, live=live),
            data_key=str(number),
            open=number == 1,
        )

    def _meaning(self, status: int) -> str:
        keys = (f"wire.status.{status}", f"wire.status.{status // 100}xx")
        return next((self.translator(key) for key in keys if self.translator.has(key)), "")

    def _side(
        self, side: str, headers: Sequence[ShownHeader], body: str | None, *, live: bool
    ) -> Markup | None:
        # Dates and names of servers differ from run to run, and say nothing of registries.
        shown = [header for header in headers if header.is_explained or live]
        if not shown and body is None:
            return None
        rows = [self._header(header) for header in shown]
        return tag(
            "section",
            tag("h4", self.translator(f"wire.{side}")),
            tag("table", tag("tbody", rows)) if rows else None,
            tag("pre", self._cut(body)) if body else None,
        )

    def _header(self, header: ShownHeader) -> Markup:
        if not header.is_explained:
            cells: Child = [tag("td", header.name), tag("td", tag("code", header.value), colspan=2)]
            return tag("tr", cells, class_="quiet")
        meaning = self.translator(f"wire.header.{header.name.lower()}")
        return tag(
            "tr",
            tag("th", header.name, scope="row"),
            tag("td", tag("code", header.value)),
            tag("td", meaning, class_="quiet"),
        )

    def _cut(self, body: str) -> str:
        lines = body.splitlines()
        rest = len(lines) - LINES
        if rest <= 0:
            return body
        return "\n".join([*lines[:LINES], self.translator("wire.more_lines", count=rest)])

    def _curl(self, command: str, *, live: bool) -> Markup:
        copy = tag("button", self.translator("wire.copy"), type="button", data_copy=command)
        return tag(
            "section",
            tag("h4", code_spans(self.translator("wire.curl")), copy if live else None),
            tag("pre", f"$ {command}"),
        )
