"""What every group of steps of the lab shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from regnb.lab.keeper import EngineKeeper
from regnb.lab.session import Session


class Steps:
    """Steps of one learner; each group is a class of its own, and `Lab` has them all."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.translator = session.translator
        self._keeper = EngineKeeper(session)

    @contextmanager
    def during(self, step: str) -> Iterator[None]:
        """Around the step of that name: its engine runs, and its exchanges are heard."""
        self._keeper.awaken()
        with self._keeper.watching(), self._session.exchanges.during(step):
            yield
