"""What the lab's clients exchanged with registries during the last step, and who follows it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol
from weakref import WeakSet

from regnb.errors import RegnbError
from regnb.registry import Exchange
from regnb.widgets.frontend import cell_number

KEPT = 200
# They give or show something of the lab, and are no step: what was heard before them stays.
_NO_STEPS = frozenset({"address", "client", "engine", "explore", "panel", "wire"})
BY_HAND = "client"


class Follower(Protocol):
    """A view that shows what steps change."""

    def refresh(self) -> None:
        """Look again."""


class Exchanges:
    """The last `KEPT` exchanges behind the last step, named `step`; `count` counts all of them.

    What the learner does with `lab.client` is a step for each cell.
    """

    def __init__(self) -> None:
        self.step = ""
        self.count = 0
        self.kept: deque[Exchange] = deque(maxlen=KEPT)
        self._depth = 0
        self._cell = 0
        self._followers: WeakSet[Follower] = WeakSet()

    @contextmanager
    def during(self, step: str) -> Iterator[None]:
        """Hear what the step is about to exchange; a step inside another one is part of it."""
        if step in _NO_STEPS:
            yield
            return
        if self._depth == 0:
            self._start(step)
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._refresh()

    def follow(self, view: Follower) -> None:
        """Have `view` look again after each step, as long as somebody holds it."""
        self._followers.add(view)

    def _refresh(self) -> None:
        for view in list(self._followers):
            # The step went well: that it cannot be shown is no reason to fail.
            with suppress(RegnbError):
                view.refresh()

    def hear(self, exchange: Exchange) -> None:
        """Keep an exchange."""
        by_hand = self._depth == 0
        if by_hand and (self.step, self._cell) != (BY_HAND, cell_number()):
            self._start(BY_HAND)
        self.kept.append(exchange)
        self.count += 1

    def _start(self, step: str) -> None:
        self.step, self.count, self._cell = step, 0, cell_number()
        self.kept.clear()
