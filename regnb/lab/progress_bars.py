"""The progress of a pull or a push, while somebody looks: a bar for each layer, and the total.

Nothing is shown when `REGNB_PROGRESS=0`, as in tests and stored outputs, and nothing when the
output is no notebook and no terminal.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any

from regnb.engine import Progress
from regnb.engine.progress import LayerTransfer, Transfer
from regnb.i18n import Translator
from regnb.oci import Digest
from regnb.widgets.frontend import VARIABLE, in_notebook
from regnb.widgets.transfer_view import Transfers, status, total

DELAY = 0.3  # seconds before the first drawing: what is over at once needs no moving bar
INTERVAL = 0.1  # seconds between two drawings: smooth to the eye, light on the browser
BAR_WIDTH = 30


def follow(
    events: Iterable[Progress],
    translator: Translator,
    environment: Mapping[str, str] = os.environ,
) -> Digest | None:
    """Digest that the last of `events` told; shows them as they come."""
    transfer = Transfer()
    display = _display(transfer, translator, environment)
    drawn = time.monotonic() + DELAY - INTERVAL
    try:
        for event in events:
            transfer.add(event)
            if display and transfer.layers and time.monotonic() - drawn > INTERVAL:
                display.draw()
                drawn = time.monotonic()
    finally:
        if display and transfer.layers:
            display.finish()
    return transfer.digest


def _display(
    transfer: Transfer, translator: Translator, environment: Mapping[str, str]
) -> _Notebook | _Terminal | None:
    if environment.get(VARIABLE) == "0":
        return None
    if in_notebook():
        return _Notebook(Transfers(translator, transfer))
    return _Terminal(transfer, translator) if sys.stderr.isatty() else None


class _Notebook:
    """A widget while bytes move; then what has become of each layer, which stays without one."""

    def __init__(self, view: Transfers) -> None:
        self._view = view
        self._handle: Any = None

    def draw(self) -> None:
        if self._handle:
            self._view.refresh()
        else:
            from IPython.display import display  # noqa: PLC0415 - a terminal does without it

            self._handle = display(self._view, display_id=True)

    def finish(self) -> None:
        from IPython.display import display  # noqa: PLC0415 - a terminal does without it

        bundle = {"text/plain": repr(self._view), "text/html": str(self._view.html())}
        if self._handle:
            self._handle.update(bundle, raw=True)
        else:
            display(bundle, raw=True)


class _Terminal:
    """The last lines of the terminal, drawn over and over."""

    def __init__(self, transfer: Transfer, translator: Translator) -> None:
        self._transfer = transfer
        self._translator = translator
        self._height = 0

    def draw(self) -> None:
        up = f"\x1b[{self._height}A" if self._height else ""
        lines = [self._line(layer) for layer in self._transfer.layers.values()]
        lines.append(total(self._translator, self._transfer))
        self._height = len(lines)
        sys.stderr.write(up + "".join(f"\x1b[2K{line}\n" for line in lines))
        sys.stderr.flush()

    finish = draw

    def _line(self, layer: LayerTransfer) -> str:
        text = f"{layer.layer}: {status(self._translator, layer)}"
        if not layer.is_moving:
            return text
        filled = BAR_WIDTH * layer.moved // layer.size
        bar = f"{'█' * filled}{'░' * (BAR_WIDTH - filled)}"
        size = self._translator.size
        speed = f" ({size(int(layer.speed))}/s)" if layer.speed else ""
        return f"{text} {bar} {size(layer.moved)} / {size(layer.size)}{speed}"
