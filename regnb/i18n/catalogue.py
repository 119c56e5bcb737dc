"""The catalogues: a folder of TOML files per language, their tables flattened to dotted keys."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import TypeAlias, cast

from regnb.errors import UnknownLanguage

LANGUAGES = ("fr", "en")
PLURAL_FORMS = frozenset({"one", "many", "other"})

# A text, or its plural forms by their CLDR names.
Entry: TypeAlias = str | Mapping[str, str]
Catalogue: TypeAlias = Mapping[str, Entry]


@cache
def load_catalogue(language: str) -> Catalogue:
    """Texts of `language` by key.

    Raises UnknownLanguage for one that has no catalogue, ValueError for a key that two files have.
    """
    if language not in LANGUAGES:
        raise UnknownLanguage(language, ", ".join(f'`"{name}"`' for name in LANGUAGES))
    catalogue: dict[str, Entry] = {}
    for file in resources.files(__package__).joinpath(language).iterdir():
        texts = dict(_flatten(tomllib.loads(file.read_text("utf-8")), ""))
        twice = texts.keys() & catalogue.keys()
        if twice:
            raise ValueError(f"`{file.name}` repeats a text of another file: {sorted(twice)}.")
        catalogue |= texts
    return catalogue


def _flatten(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, Entry]]:
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, str) or _is_plural(value):
            yield key, cast("Entry", value)
        elif isinstance(value, dict):
            yield from _flatten(value, f"{key}.")
        else:
            raise TypeError(f"`{key}` in a catalogue is neither a text nor a table.")


def _is_plural(value: object) -> bool:
    return isinstance(value, dict) and "other" in value and value.keys() <= PLURAL_FORMS
