"""Texts of the command line, in the language of the locale."""

from __future__ import annotations

from functools import cache

from regnb.i18n import Translator, language_of_locale


@cache
def translator() -> Translator:
    """Speaker of the language that the locale asks for."""
    return Translator(language_of_locale())


def text(key: str, **values: object) -> str:
    """The text of `key` in the language of the locale."""
    return translator()(key, **values)
