"""What every group of steps of the lab shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from regnb.errors import EngineError, LoginRefused, LoopbackWantsTls, PushFailed, RegnbError
from regnb.lab.keeper import EngineKeeper
from regnb.lab.registry.refusals import explanation_of
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
            try:
                yield
            except (PushFailed, LoginRefused) as error:
                if error.told is None:  # not by a step inside this one
                    self._explain(error)
                raise

    def _explain(self, error: EngineError) -> None:
        """Put what the refusal means between what happened and what to do."""
        if isinstance(error, LoopbackWantsTls):  # says it all by itself
            return
        with suppress(RegnbError):
            if key := explanation_of(self._session, error):
                told = self.translator.tell(error)
                error.told = f"{told.text} {self.translator(key)}\n{told.mend}"
