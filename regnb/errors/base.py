"""The base of every error."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class RegnbError(Exception):
    """Base of every error that regnb raises on purpose.

    `told` is what a view made of it: a sentence and a mend in the reader's language. A notebook
    then shows these instead of a traceback.
    """

    told: str | None = None

    def __str__(self) -> str:
        return self.told or super().__str__()

    @property
    def _render_traceback_(self) -> Callable[[], list[str]]:
        # IPython calls this instead of making a traceback, when the attribute is there:
        # https://ipython.readthedocs.io/en/stable/config/integrating.html
        if self.told is None:
            raise AttributeError
        lines = [f"\x1b[1;31m{type(self).__name__}\x1b[0m", *self.told.splitlines()]
        return lambda: lines
