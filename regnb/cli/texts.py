"""Texts of the command line, in the language of the locale."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import IO, Any, Self

import click

from regnb.cli.words import speak
from regnb.errors import RegnbError, TLSFailed
from regnb.i18n import Translator, language_of_locale

speak(language_of_locale())  # before the commands are made: click names their values then


@cache
def translator() -> Translator:
    """Speaker of the language that the locale asks for."""
    return Translator(language_of_locale())


class Failure(click.ClickException):
    """An error whose message is told as it is, in the language of the reader."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message to the standard error, or to `file`."""
        click.echo(self.message, file=file, err=file is None)

    @classmethod
    def of(cls, error: RegnbError, speaker: Translator | None = None) -> Self:
        """`error` with a mend that can be done at a command line."""
        speaker = speaker or translator()
        url = str(getattr(error, "url", "")).partition("/v2/")[0]
        told = speaker.tell(error, **({"url": url} if url else {}))
        key = f"commands.{error.key}"
        if isinstance(error, TLSFailed):
            key += f".{error.reason}"
        return cls(f"{told.text}\n{speaker(key) if speaker.has(key) else told.mend}")


@contextmanager
def failures() -> Iterator[None]:
    """Tell errors of regnb in the reader's words."""
    try:
        yield
    except RegnbError as error:
        raise Failure.of(error) from error


def text(key: str, **values: object) -> str:
    """The text of `key` in the language of the locale."""
    return translator()(key, **values)
