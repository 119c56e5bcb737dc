"""A plugin for nbval: notebooks run on the engine and the ports that their outputs come from."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from regnb.authoring.reference_engine import own_ports, reference_engine

_stack = ExitStack()


def pytest_sessionstart(session: pytest.Session) -> None:
    _stack.enter_context(reference_engine())
    ports = _stack.enter_context(own_ports())
    patch = _stack.enter_context(pytest.MonkeyPatch.context())
    for name, value in ports.environment.items():
        patch.setenv(name, value)
    option = session.config.option
    if option.nbval_sanitize_with:
        folder = Path(_stack.enter_context(tempfile.TemporaryDirectory(prefix="regnb-")))
        option.nbval_sanitize_with = _with_rule(ports.rule, option.nbval_sanitize_with, folder)


def pytest_sessionfinish() -> None:
    _stack.close()


def _with_rule(rule: tuple[str, str], sanitizer: str, folder: Path) -> str:
    """Path of a file with `rule` and those of `sanitizer`; nbval reads one file."""
    whole = folder / "sanitize.cfg"
    first = "regex: {}\nreplace: {}\n".format(*rule)
    whole.write_text(first + Path(sanitizer).read_text("ascii"), "ascii")
    return str(whole)
