"""A pull or a push in a notebook: a bar for each layer, and one for the whole."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from markupsafe import Markup

from regnb.engine.progress import LayerTransfer, Transfer
from regnb.i18n import Translator
from regnb.widgets.base_view import View
from regnb.widgets.html import Child, number_cell, table, tag

if TYPE_CHECKING:
    from regnb.widgets.live import MarkupWidget


class Transfers(View):
    """The state of `transfer`; `refresh()` shows it anew."""

    styles: ClassVar = ("transfer.css",)
    live: ClassVar = True

    def __init__(self, translator: Translator, transfer: Transfer) -> None:
        super().__init__(translator)
        self.transfer = transfer

    def caption(self) -> str:
        """How many layers are done, how many bytes have moved, how fast."""
        return total(self.translator, self.transfer)

    def picture(self, *, live: bool = False) -> Markup:  # noqa: ARG002 - there are no controls
        """One row for each layer."""
        names = ("layer", "state", "size", "speed")
        heads = (self.translator(f"transfer.{name}") for name in names)
        return table(heads, map(self._row, self.transfer.layers.values()))

    def refresh(self) -> None:
        """Show the state as it is now."""
        self.widget.value = str(self.html(live=True))

    @cached_property
    def widget(self) -> MarkupWidget:
        """The live view."""
        from regnb.widgets.live import MarkupWidget  # noqa: PLC0415 - loads ipywidgets

        return MarkupWidget(str(self.html(live=True)))

    def _row(self, layer: LayerTransfer) -> list[Child]:
        state = status(self.translator, layer)
        bar = tag("progress", value=layer.moved, max=layer.size or 1, aria_label=state)
        speed = f"{self.translator.size(int(layer.speed))}/s" if layer.speed else ""
        size = self.translator.size(layer.size) if layer.size else ""
        return [
            tag("td", tag("code", layer.layer)),
            tag("td", bar if layer.is_moving else _mark(layer), tag("span", state)),
            number_cell(size),
            number_cell(speed),
        ]


def total(translator: Translator, transfer: Transfer) -> str:
    """The whole in one line."""
    count = len(transfer.layers)
    parts = [translator("transfer.layers", done=transfer.done, count=count)]
    if transfer.size:
        moved, size = translator.size(transfer.moved), translator.size(transfer.size)
        parts.append(translator("transfer.bytes", moved=moved, size=size))
    if transfer.speed:
        parts.append(f"{translator.size(int(transfer.speed))}/s")
    return " · ".join(parts)


def status(translator: Translator, layer: LayerTransfer) -> str:
    """The engine's word for the state of `layer`, in the reader's language."""
    key = f"progress.{layer.status.lower().replace(' ', '_')}"
    return translator(key) if translator.has(key) else layer.status


def _mark(layer: LayerTransfer) -> Markup:
    mark = "=" if layer.existed else "✓" if layer.is_done else "…"
    return tag("span", mark, class_="mark", aria_hidden="true")
