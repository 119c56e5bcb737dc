"""Commands and sentences, shown where the reader is: a notebook cell or a terminal."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from regnb.widgets.kernel import in_notebook


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


def command(*words: str) -> Command:
    """The shell command made of `words`, quoted where a shell needs it."""
    return Command(shlex.join(words))


def curl(url: str, *, accept: Sequence[str] = ()) -> Command:
    """The curl command of a GET of `url`."""
    headers = ["--header", f"Accept: {', '.join(accept)}"] if accept else []
    return command("curl", *headers, url)


def show(shown: Command | Sentence) -> None:
    """Show it in the notebook cell that runs, or print it."""
    if in_notebook():
        from IPython.display import display  # noqa: PLC0415 - a terminal does without it

        display(shown)
    else:
        print(shown)
