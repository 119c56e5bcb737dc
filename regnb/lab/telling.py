"""Steps, and their errors in the learner's language."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from regnb.errors import RegnbError
from regnb.i18n import Translator


class Speaker(Protocol):
    """Something that speaks one language, in steps."""

    translator: Translator

    def during(self, step: str) -> AbstractContextManager[None]:
        """Around the step of that name."""


S = TypeVar("S", bound=Speaker)
P = ParamSpec("P")
R = TypeVar("R")


def told(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Let errors of regnb leave `method` with the sentence and the mend for the learner."""

    @functools.wraps(method)
    def telling(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with self.during(method.__name__):
                return method(self, *args, **kwargs)
        except RegnbError as error:
            if error.told is None:
                error.told = str(self.translator.tell(error))
            raise

    return telling
