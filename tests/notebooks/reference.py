"""A plugin for nbval: notebooks run on the engine that their outputs come from."""

from __future__ import annotations

from contextlib import ExitStack

from regnb.authoring.reference import reference_engine

_stack = ExitStack()


def pytest_sessionstart() -> None:
    _stack.enter_context(reference_engine())


def pytest_sessionfinish() -> None:
    _stack.close()
