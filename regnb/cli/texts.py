"""Texts of the command line, in the language of the locale."""

from __future__ import annotations

from functools import cache
from typing import IO, Any

import click

from regnb.cli.words import speak
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


def text(key: str, **values: object) -> str:
    """The text of `key` in the language of the locale."""
    return translator()(key, **values)
