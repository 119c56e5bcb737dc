"""The progress of a pull or a push, one line per layer, while somebody looks.

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
from regnb.i18n import Translator
from regnb.oci import Digest
from regnb.widgets.kernel import VARIABLE, in_notebook

INTERVAL = 0.1  # seconds between two drawings: smooth to the eye, light on the browser
BAR_WIDTH = 30


def follow(
    events: Iterable[Progress],
    translator: Translator,
    environment: Mapping[str, str] = os.environ,
) -> Digest | None:
    """Digest that the last of `events` told; shows them as they come."""
    display = _display(environment)
    lines: dict[str, Progress] = {}
    drawn, digest = 0.0, None
    try:
        for event in events:
            digest = event.digest or digest
            if event.layer:
                lines[event.layer] = event
            if display and time.monotonic() - drawn > INTERVAL:
                display.draw(_text(lines, translator))
                drawn = time.monotonic()
    finally:
        if display:
            display.finish(_text(lines, translator))
    return digest


def _text(lines: Mapping[str, Progress], translator: Translator) -> str:
    return "\n".join(_line(event, translator) for event in lines.values())


def _line(event: Progress, translator: Translator) -> str:
    key = f"progress.{event.status.lower().replace(' ', '_')}"
    status = translator(key) if translator.has(key) else event.status
    if not event.total or event.current >= event.total:
        return f"{event.layer}: {status}"
    filled = BAR_WIDTH * event.current // event.total
    bar = f"{'█' * filled}{'░' * (BAR_WIDTH - filled)}"
    done = f"{translator.size(event.current)} / {translator.size(event.total)}"
    return f"{event.layer}: {status} {bar} {done}"


def _display(environment: Mapping[str, str]) -> _Notebook | _Terminal | None:
    if environment.get(VARIABLE) == "0":
        return None
    if in_notebook():
        return _Notebook()
    return _Terminal() if sys.stderr.isatty() else None


class _Notebook:
    """One output of the cell, drawn over and over."""

    def __init__(self) -> None:
        self._handle: Any = None

    def draw(self, text: str) -> None:
        from IPython.display import display  # noqa: PLC0415 - a terminal does without it

        bundle = {"text/plain": text}
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)

    def finish(self, text: str) -> None:
        if text:
            self.draw(text)


class _Terminal:
    """The last lines of the terminal, drawn over and over."""

    def __init__(self) -> None:
        self._height = 0

    def draw(self, text: str) -> None:
        up = f"\x1b[{self._height}A" if self._height else ""
        lines = text.splitlines()
        self._height = len(lines)
        sys.stderr.write(up + "".join(f"\x1b[2K{line}\n" for line in lines))
        sys.stderr.flush()

    def finish(self, text: str) -> None:
        self.draw(text)
