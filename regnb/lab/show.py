"""Commands and sentences, shown where the reader is: a notebook cell or a terminal."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from regnb.widgets.frontend import in_notebook

# What gives the folder of the lab, in a shell.
FOLDER = "$(regnb folder)"


@dataclass(frozen=True, slots=True)
class Command:
    """The command that a step stands for."""

    text: str

    def __repr__(self) -> str:
        return f"$ {self.text}"

    def _repr_markdown_(self) -> str:
        return f"```console\n$ {self.text}\n```"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A short text in Markdown."""

    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Output:
    """What a program said, word for word."""

    text: str

    def __repr__(self) -> str:
        return f"> {self.text}"

    def _repr_markdown_(self) -> str:
        return f"```text\n{self.text}\n```"


def command(*words: str, folder: Path | None = None) -> Command:
    """The shell command made of `words`, quoted where a shell needs it.

    The `folder` of the lab is written as the command that gives it: shorter, and the same for all.
    """
    return Command(" ".join(_quoted(word, folder) for word in words))


def _quoted(word: str, folder: Path | None) -> str:
    before, found, after = word.partition(str(folder)) if folder else (word, "", "")
    return f'{before}"{FOLDER}{after}"' if found else shlex.quote(word)


def piped(*commands: Command) -> Command:
    """The output of each of `commands` given to the next."""
    return Command(" | ".join(one.text for one in commands))


def show(shown: Command | Sentence | Output) -> None:
    """Show it in the notebook cell that runs, or print it."""
    if in_notebook():
        from IPython.display import display  # noqa: PLC0415 - a terminal does without it

        display(shown)
    else:
        print(shown)
