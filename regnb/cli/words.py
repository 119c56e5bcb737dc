"""Click's own words ("Usage:", "Error:"…) in the language of the reader.

Click takes them from gettext and brings no translations: `regnb/i18n/gettext` has them. Only the
names of values (`FILE`), which are not words to it, are given to each command.
https://click.palletsprojects.com/en/stable/changes/#version-8-0-0
"""

from __future__ import annotations

import gettext
import os
from importlib import resources

import click

from regnb.i18n import Translator

_DOMAIN = "click"


def speak(language: str) -> None:
    """Let click speak `language`, for this process and those that it starts."""
    folder = str(resources.files("regnb.i18n") / "gettext")
    gettext.bindtextdomain(_DOMAIN, folder)
    gettext.textdomain(_DOMAIN)
    chosen = "fr" if gettext.find(_DOMAIN, folder) else "en"
    if chosen != language:  # gettext knows no REGNB_LANGUAGE
        os.environ["LANGUAGE"] = language


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
