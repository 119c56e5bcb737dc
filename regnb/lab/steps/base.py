"""What every group of steps of the lab shares."""

from __future__ import annotations

from contextlib import AbstractContextManager

from regnb.lab.session import Session


class Steps:
    """Steps of one learner; each group is a class of its own, and `Lab` has them all."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.translator = session.translator

    def during(self, step: str) -> AbstractContextManager[None]:
        """Around the step of that name: what it exchanges with registries is heard."""
        return self._session.exchanges.during(step)
