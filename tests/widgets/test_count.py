from __future__ import annotations

import io

import pytest

from regnb.i18n import Translator
from regnb.widgets.count import BAR_WIDTH, INTERVAL, CountBar

KEY = "inventory.progress"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which stands still until a test changes it."""
    now = [100.0]
    monkeypatch.setattr("regnb.widgets.count.time.monotonic", lambda: now[0])
    return now


def shown_in(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal in place of the standard error, which pytest has taken for itself."""
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    return terminal


def test_bar_of_a_terminal_is_as_long_as_what_is_done(
    monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    terminal = shown_in(monkeypatch)
    with CountBar(Translator("en"), KEY, {}) as bar:
        bar(1, 3)
        clock[0] += 2 * INTERVAL
        bar(3, 3)
    drawn = terminal.getvalue().split("\r\x1b[2K")
    assert [line.count("█") for line in drawn] == [0, BAR_WIDTH // 3, BAR_WIDTH, 0]
    assert drawn[1].endswith(Translator("en")(KEY, done=1, known=3))


def test_bar_is_not_drawn_again_at_once(
    monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    terminal = shown_in(monkeypatch)
    bar = CountBar(Translator("en"), KEY, {})
    bar(1, 3)
    clock[0] += INTERVAL / 2
    bar(2, 3)
    assert terminal.getvalue().count("\r") == 1


def test_walk_that_knows_of_nothing_yet_has_an_empty_bar(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = shown_in(monkeypatch)
    CountBar(Translator("en"), KEY, {})(0, 0)
    assert terminal.getvalue().count("░") == BAR_WIDTH


def test_nothing_is_shown_when_it_is_not_wanted_or_nobody_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = shown_in(monkeypatch)
    with CountBar(Translator("en"), KEY, {"REGNB_PROGRESS": "0"}) as bar:
        bar(1, 3)
    assert terminal.getvalue() == ""
    monkeypatch.setattr("sys.stderr", file := io.StringIO())
    with CountBar(Translator("en"), KEY, {}) as bar:
        bar(1, 3)
    assert file.getvalue() == ""
