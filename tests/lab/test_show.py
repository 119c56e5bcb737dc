from __future__ import annotations

import pytest

from regnb.lab.show import Command, Sentence, command, show


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
