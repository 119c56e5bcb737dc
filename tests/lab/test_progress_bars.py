from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from regnb.engine import Progress
from regnb.i18n import Translator
from regnb.lab.progress_bars import follow
from regnb.oci import Digest

DIGEST = Digest.of(b"")


def events() -> Iterator[Progress]:
    yield Progress("aaa", "Downloading", 50_000_000, 100_000_000)
    yield Progress("bbb", "Already exists", 0, 0)
    yield Progress("aaa", "Pull complete", 0, 0)
    yield Progress("", "done", 0, 0, DIGEST)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("environment", "silent"), [({}, False), ({"REGNB_PROGRESS": "0"}, True)])
def test_progress_is_shown_only_when_somebody_looks(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], silent: bool
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    assert follow(events(), Translator("en"), environment) == DIGEST
    assert (terminal.getvalue() == "") is silent


def test_progress_has_one_line_per_layer_and_one_for_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    follow(events(), Translator("fr"), {})
    last = terminal.getvalue().split("\x1b[2K")
    assert last[-3:] == [
        "aaa: Terminé\n",
        "bbb: Déjà là\n",
        "2 couches sur 2 · 100,0\u202fMo sur 100,0\u202fMo\n",
    ]


def test_progress_into_a_file_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    follow(events(), Translator("en"), {})
    assert stream.getvalue() == ""
