"""The checks and questions of the whole course, and how far a learner is with them.

Those of a chapter are in the files `chapter_NN.py` beside this one, and found there.
"""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from regnb.checks.checked_lab import CheckedLab
from regnb.checks.definitions import CHECKS, QUESTIONS, Check, Question, Result, Status
from regnb.errors import UnknownExercise
from regnb.state import read_json, state_folder, write_json

T = TypeVar("T", Check, Question)


def all_checks() -> Mapping[str, Check]:
    """Every check by its name."""
    _load()
    return CHECKS


def all_questions() -> Mapping[str, Question]:
    """Every question by its name."""
    _load()
    return QUESTIONS


def check_named(name: str) -> Check:
    """The check `name`; raises UnknownExercise."""
    return _named(name, all_checks())


def question_named(name: str) -> Question:
    """The question `name`; raises UnknownExercise."""
    return _named(name, all_questions())


def run_check(name: str, lab: CheckedLab) -> Result:
    """Look at `lab` for the check `name`, and before it for each step that it comes after.

    Raises UnknownExercise, and what the registry or the engine raises.
    """
    wanted = check_named(name)
    for step in _steps_before(wanted):
        outcome = step.look(lab)
        if outcome.status is not Status.PASSED:
            return Result(name, outcome, first=step.name)
    return Result(name, wanted.look(lab))


def _steps_before(wanted: Check) -> list[Check]:
    """Every step that `wanted` comes after, also indirectly, each once and in order."""
    steps: dict[str, Check] = {}
    for before in map(check_named, wanted.after):
        steps |= {step.name: step for step in [*_steps_before(before), before]}
    return list(steps.values())


def _named(name: str, known: Mapping[str, T]) -> T:
    if name not in known:
        raise UnknownExercise(name, list(known))
    return known[name]


@cache
def _load() -> None:
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith("chapter_"):
            import_module(f"{__package__}.{module.name}")


class LearnerProgress:
    """Statuses of the checks and questions of one learner, kept in `path`.

    What was passed stays passed, also after a clean-up or in a new kernel.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def statuses(self) -> dict[str, Status]:
        """The best status that each check or question had, by its name; those never seen lack."""
        stored = read_json(self.path).get("statuses")
        if not isinstance(stored, dict):
            return {}
        try:
            return {name: Status(status) for name, status in stored.items()}
        except ValueError:
            return {}

    def note(self, name: str, status: Status) -> None:
        """Write down that `name` has `status`, unless it had been passed before."""
        statuses = self.statuses
        if status not in {statuses.get(name), Status.NOT_ATTEMPTED} and (
            statuses.get(name) is not Status.PASSED
        ):
            write_json(self.path, {"statuses": statuses | {name: status}})


def progress_of(lab: str, environment: Mapping[str, str] = os.environ) -> LearnerProgress:
    """Progress of the learner whose lab has the identity `lab`."""
    return LearnerProgress(state_folder(environment) / "progress" / f"{lab}.json")
