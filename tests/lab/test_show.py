from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from regnb.engine import Progress
from regnb.errors import InvalidReference
from regnb.i18n import Translator
from regnb.lab.progress_bars import follow
from regnb.lab.show import Command, Sentence, command, show
from regnb.lab.steps import Steps, step
from regnb.oci import Digest, ImageReference

DIGEST = Digest.of(b"")


def test_command_is_quoted_for_a_shell() -> None:
    assert (
        repr(command("docker", "ps", "--filter", "name=a b")) == "$ docker ps --filter 'name=a b'"
    )


def test_command_and_sentence_are_markdown_in_a_notebook() -> None:
    assert Command("ls")._repr_markdown_() == "```console\n$ ls\n```"
    assert Sentence("`a`")._repr_markdown_() == "`a`"


def test_show_prints_outside_a_notebook(capsys: pytest.CaptureFixture[str]) -> None:
    show(Command("docker image ls"))
    assert capsys.readouterr().out == "$ docker image ls\n"


class ParsingSteps(Steps):
    def __init__(self) -> None:
        pass

    @property
    def _translator(self) -> Translator:
        return Translator("fr")

    @contextmanager
    def _during(self, name: str) -> Iterator[None]:
        assert name == "parse"
        yield

    @step
    def parse(self, text: str) -> ImageReference:
        return ImageReference.parse(text)


def test_error_is_told_in_the_language_of_the_lab() -> None:
    with pytest.raises(InvalidReference) as caught:
        ParsingSteps().parse("localhost:5000/W3:1.0")
    told_text = str(caught.value)
    assert "minuscules" in told_text
    assert "Essayez `localhost:5000/w3:1.0`." in told_text
    assert "minuscules" in "".join(caught.value._render_traceback_())


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
