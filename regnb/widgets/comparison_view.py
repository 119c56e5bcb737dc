"""Two images side by side: the layers and settings they share, and those that only one has."""

from __future__ import annotations

import json
from typing import ClassVar

from markupsafe import Markup

from regnb.analysis.comparison import ComparedField, ComparedLayer, Comparison
from regnb.i18n import Translator
from regnb.tables.table import shorten
from regnb.widgets.base_view import View
from regnb.widgets.html import Child, code_spans, first_rows, number_cell, short_digest, tag

SIGNS = {"both": "=", "first": "◧", "second": "◨"}


class ComparisonView(View):
    """The data is in `comparison`; `names` are those of the two images."""

    styles: ClassVar = ("comparison.css",)

    def __init__(
        self, translator: Translator, names: tuple[str, str], comparison: Comparison
    ) -> None:
        super().__init__(translator)
        self.names = names
        self.comparison = comparison

    def caption(self) -> Markup:
        """What they share, and what each has alone."""
        compared, size = self.comparison, self.translator.size
        first, second = self.names
        if compared.is_same:
            return code_spans(self.translator("compare.same", first=first, second=second))
        return code_spans(
            self.translator(
                "compare.parts",
                first=first,
                second=second,
                shared=size(compared.bytes_of("both")),
                only_first=size(compared.bytes_of("first")),
                only_second=size(compared.bytes_of("second")),
            )
        )

    def picture(self, *, live: bool = False) -> Markup:
        """A table of the layers with their instructions, and one of the settings that differ."""
        del live  # nothing to ask the kernel
        text = self.translator
        heads = ["compare.where", "columns.created_by", "columns.digest", "columns.size_bytes"]
        headings = [text(head) for head in heads[:3]] + [f"#{text(heads[3])}"]
        layers = first_rows(text, headings, self.comparison.layers, self._layer)
        differing = [field for field in self.comparison.fields if not field.is_same]
        fields = (
            first_rows(text, [text("columns.field"), *self.names], differing, self._field)
            if differing
            else tag("p", text("compare.same_config"))
        )
        return (
            tag("h4", text("compare.layers")) + layers + tag("h4", text("compare.config")) + fields
        )

    def _layer(self, item: ComparedLayer) -> list[Child]:
        names = dict(zip(("first", "second"), self.names, strict=True))
        where = self.translator("compare.both")
        if item.side in names:
            where = self.translator("compare.only", name=names[item.side])
        return [
            tag("td", tag("b", SIGNS[item.side]), " ", code_spans(where), class_=item.side),
            tag("td", tag("code", shorten(item.layer.created_by))),
            tag("td", short_digest(item.layer.digest)),
            number_cell(self.translator.size(item.layer.size)),
        ]

    def _field(self, field: ComparedField) -> list[Child]:
        values = [tag("td", self._value(value)) for value in (field.first, field.second)]
        return [tag("th", field.field, scope="row"), *values]

    def _value(self, value: object) -> Markup:
        if value is None:
            return tag("span", self.translator("compare.absent"), class_="quiet")
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return tag("code", text)
