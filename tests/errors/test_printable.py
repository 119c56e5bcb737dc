"""Text of others in a terminal."""

from __future__ import annotations

import pytest

from regnb.errors import RegistryError
from regnb.errors.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x1b]8;;http://evil\x1b\\link", r"\x1b]8;;http://evil\x1b\link"),
        ("\x9b31m", r"\x9b31m"),
        ("good\rbad", r"good\rbad"),
        ("a\u202egpj.exe\u2066", r"a\u202egpj.exe\u2066"),
        ("half \ud800", r"half \ud800"),
        ("tag \U000e0041", r"tag \U000e0041"),
    ],
)
def test_what_steers_a_terminal_is_written_out(text: str, shown: str) -> None:
    """A registry's words are not the terminal's."""
    assert printable(text) == shown


@pytest.mark.parametrize("text", ["é « 1 000 » ✓ 你好", "two\nlines\tand tabs", ""])
def test_all_else_stays(text: str) -> None:
    assert printable(text) == text


def test_errors_are_printable() -> None:
    assert str(RegistryError("\x1b[2J", url="http://h/\x07")) == r" http://h/\x07: \x1b[2J"
