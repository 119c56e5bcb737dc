"""The catalogues: TOML files whose tables are flattened to dotted keys."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import TypeAlias, cast

LANGUAGES = ("fr", "en")
PLURAL_FORMS = frozenset({"one", "many", "other"})

# A text, or its plural forms by their CLDR names.
Entry: TypeAlias = str | Mapping[str, str]
Catalogue: TypeAlias = Mapping[str, Entry]


@cache
def load_catalogue(language: str) -> Catalogue:
    """Texts of `language` by key; raises ValueError for a language that has no catalogue."""
    if language not in LANGUAGES:
        known = " or ".join(f'"{name}"' for name in LANGUAGES)
        raise ValueError(f"No texts in the language `{language}`: use {known}.")
    text = resources.files(__package__).joinpath(f"{language}.toml").read_text("utf-8")
    return dict(_flatten(tomllib.loads(text), ""))


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
