"""Wrong answers to the exercises, each with the hint that it must get."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeAlias

from regnb.checks.definitions import Status
from regnb.i18n import LANGUAGES, Translator
from regnb.lab import Lab

Attempt: TypeAlias = Callable[[Lab], None]

HINTS: set[tuple[str, str]] = set()


def wrong(check: str, hint: str) -> Callable[[Attempt], Attempt]:
    """Make the decorated attempt of a learner a test that `check` gives it `hint`."""
    HINTS.add((check, hint))

    def make(attempt: Attempt) -> Attempt:
        @wraps(attempt)
        def test(lab: Lab) -> None:
            attempt(lab)
            result = lab.check(check).result
            assert (result.status, result.outcome.hint) == (Status.FAILED, hint)
            for language in LANGUAGES:
                Translator(language)(f"checks.{check}.failed.{hint}", **result.outcome.values)

        return test

    return make


def push(lab: Lab, source: str, name: str) -> None:
    """Run the registry, pull `source`, and push it there as `name`."""
    lab.run_registry()
    lab.pull(source)
    lab.tag(source, f"{lab.address}/{name}")
    lab.push(f"{lab.address}/{name}")
