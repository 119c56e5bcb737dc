"""The language of the command line: its own texts, errors told in it, and click's own words.

Click takes its words ("Usage:", "Error:"…) from gettext and brings no translations:
`regnb/i18n/gettext` has them. Only the names of values (`FILE`), which are not words to it, are
given to each command.
https://click.palletsprojects.com/en/stable/changes/#version-8-0-0
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from typing import IO, Any, Self

import click

from regnb.errors import Denied, RegnbError, TLSFailed, Unauthorized
from regnb.i18n import Translator, language_of_locale

_DOMAIN = "click"


def speak(language: str) -> None:
    """Let click speak `language`, for this process and those that it starts."""
    folder = str(resources.files("regnb.i18n") / "gettext")
    gettext.bindtextdomain(_DOMAIN, folder)
    gettext.textdomain(_DOMAIN)
    chosen = "fr" if gettext.find(_DOMAIN, folder) else "en"
    if chosen != language:  # gettext knows no REGNB_LANGUAGE
        os.environ["LANGUAGE"] = language


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
        if isinstance(error, Denied) and error.anonymous:
            key = f"commands.{Unauthorized.key}"
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


def name_values(command: click.Command, texts: Translator) -> None:
    """Name the values that `command`, and all commands below it, wait for."""
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.metavar is None:
            parameter.metavar = _name_of(parameter, texts)
    if isinstance(command, click.Group):
        command.subcommand_metavar = texts("cli.values.command")
        for one in command.commands.values():
            name_values(one, texts)


def _name_of(option: click.Option, texts: Translator) -> str | None:
    if option.is_flag or option.count or isinstance(option.type, click.Choice):
        return None
    if isinstance(option.type, click.Path):
        return texts("cli.values.file" if option.type.file_okay else "cli.values.directory")
    is_number = isinstance(option.type, click.types.IntParamType | click.types.FloatParamType)
    return texts("cli.values.number" if is_number else "cli.values.text")
