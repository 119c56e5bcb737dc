"""Wrong answers to the exercises, each with the hint that it must get."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from regnb.lab import Lab

Attempt: TypeAlias = Callable[[Lab], object]


@dataclass(frozen=True, slots=True)
class Wrong:
    """An attempt of a learner that goes wrong in one way."""

    check: str
    hint: str
    attempt: Attempt


_WRONG: list[Wrong] = []


def wrong(check: str, hint: str) -> Callable[[Attempt], Attempt]:
    """Make the decorated function an attempt at `check` that gets `hint`."""

    def put(attempt: Attempt) -> Attempt:
        _WRONG.append(Wrong(check, hint, attempt))
        return attempt

    return put


def all_wrong() -> list[Wrong]:
    """The wrong answers of all files `wrong_NN.py` here."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith("wrong_"):
            import_module(f"tests.checks.{module.name}")
    return _WRONG


def push(lab: Lab, source: str, name: str) -> None:
    """Run the registry, pull `source`, and push it there as `name`."""
    lab.run_registry()
    lab.pull(source)
    lab.tag(source, f"{lab.address}/{name}")
    lab.push(f"{lab.address}/{name}")
