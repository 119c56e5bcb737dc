"""All checks and questions of the course, found in the files `chapter_NN.py` beside this one."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from regnb.checks.check import CHECKS, Check, Result, Status
from regnb.checks.checked_lab import State
from regnb.checks.question import QUESTIONS, Question
from regnb.errors import UnknownExercise

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


def run_check(name: str, state: State) -> Result:
    """Look at `state` for the check `name`, and before it for each step that it comes after.

    Raises UnknownExercise, and what the registry or the engine raises.
    """
    wanted = check_named(name)
    for step in _steps_before(wanted):
        outcome = step.look(state)
        if outcome.status is not Status.PASSED:
            return Result(name, outcome, first=step.name)
    return Result(name, wanted.look(state))


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
        if module.name == "common" or module.name.startswith("chapter_"):
            import_module(f"{__package__}.{module.name}")
