"""How far a long walk is, while somebody looks: a bar that is gone when the walk is over."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from html import escape
from typing import Any, Self

from regnb.i18n import Translator
from regnb.widgets.frontend import VARIABLE, in_notebook

INTERVAL = 0.1  # seconds between two drawings: smooth to the eye, light on the browser
BAR_WIDTH = 30


class CountBar:
    """Called with what is done and what is known of so far; a context manager.

    `key` is the text of the catalogues, with the places `done` and `known`. Nothing is shown when
    `REGNB_PROGRESS=0`, and nothing when the output is no notebook and no terminal.
    """

    def __init__(
        self, translator: Translator, key: str, environment: Mapping[str, str] = os.environ
    ) -> None:
        self._translator = translator
        self._key = key
        shown = environment.get(VARIABLE) != "0"
        self._notebook = shown and in_notebook()
        self._terminal = shown and not self._notebook and sys.stderr.isatty()
        self._handle: Any = None
        self._drawn = 0.0

    def __call__(self, done: int, known: int) -> None:
        """Draw the bar, if the last time is a while ago."""
        now = time.monotonic()
        if now - self._drawn < INTERVAL or not (self._notebook or self._terminal):
            return
        self._drawn = now
        text = self._translator(self._key, done=done, known=known)
        if self._notebook:
            bar = f'<progress value="{done}" max="{max(known, 1)}"></progress> {escape(text)}'
            self._draw({"text/plain": text, "text/html": bar})
        else:
            filled = BAR_WIDTH * done // max(known, 1)
            bar = f"{'█' * filled}{'░' * (BAR_WIDTH - filled)}"
            sys.stderr.write(f"\r\x1b[2K{bar} {text}")
            sys.stderr.flush()

    def _draw(self, bundle: dict[str, str]) -> None:
        from IPython.display import display  # noqa: PLC0415 - a terminal does without it

        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            self._draw({"text/plain": "", "text/html": ""})
        if self._terminal and self._drawn:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
