"""Checks, which look at a lab and say how far its learner is, and questions with choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from regnb.checks.checked_lab import CheckedLab
from regnb.errors import ContainerNotFound, RegistryStopped, TLSFailed, Unauthorized

Look: TypeAlias = Callable[[CheckedLab], "Outcome"]


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


@check("registry-runs", after=())
def registry_runs(lab: CheckedLab) -> Outcome:
    """Whether the learner's registry answers."""
    try:
        lab.client.ping()
    except RegistryStopped as error:
        return failed("stopped", name=error.subject)
    except ContainerNotFound:
        return NOT_ATTEMPTED
    except (TLSFailed, Unauthorized):  # it answers, if only to refuse
        return PASSED
    return PASSED


@dataclass(frozen=True, slots=True)
class Question:
    """A question by its name, whose texts are in the catalogues; `right` is one of its choices.

    A prediction is made before a cell, whose run gives the answer.
    """

    name: str
    choices: tuple[str, ...]
    right: str
    is_prediction: bool = False


QUESTIONS: dict[str, Question] = {}


def question(name: str, *choices: str, right: str, prediction: bool = False) -> None:
    """Add the question `name`, with `choices` in the order in which they are shown.

    Raises ValueError when the right one is not among them.
    """
    if right not in choices:
        raise ValueError(f"The question `{name}` has no choice `{right}`.")
    QUESTIONS[name] = Question(name, choices, right, prediction)
