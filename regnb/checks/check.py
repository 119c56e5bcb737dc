"""A check: a function that looks at the state of a lab and says how far the learner is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from regnb.checks.checked_lab import State

Look: TypeAlias = Callable[[State], "Outcome"]


class Status(StrEnum):
    """How far the learner is with an exercise."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ATTEMPTED = "not_attempted"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check saw; `hint` names the text for this very failure, `values` fill it in."""

    status: Status
    hint: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


PASSED = Outcome(Status.PASSED)
NOT_ATTEMPTED = Outcome(Status.NOT_ATTEMPTED)


def failed(hint: str, **values: object) -> Outcome:
    """The outcome of an attempt that went wrong; `hint` is a key of `checks.NAME.failed`."""
    return Outcome(Status.FAILED, hint, values)


@dataclass(frozen=True, slots=True)
class Check:
    """A check by its name; those that it comes `after` have to be passed first."""

    name: str
    look: Look
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What came of the check `name`; `first` is the step before it that is missing, if one is.

    `outcome` is that of the missing step then.
    """

    name: str
    outcome: Outcome
    first: str | None = None

    @property
    def status(self) -> Status:
        """That of the check itself, which nobody can have passed before its first step."""
        return Status.NOT_ATTEMPTED if self.first else self.outcome.status


CHECKS: dict[str, Check] = {}


def check(name: str, *, after: tuple[str, ...] = ("registry-runs",)) -> Callable[[Look], Look]:
    """Make the decorated function the check `name`, which comes `after` others."""

    def put(look: Look) -> Look:
        CHECKS[name] = Check(name, look, after)
        return look

    return put
