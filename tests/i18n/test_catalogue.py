from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

import regnb.i18n
from regnb import errors
from regnb.authoring.reference_engine import ADDRESS
from regnb.i18n import LANGUAGES, load_catalogue
from regnb.i18n.catalogue import Entry

KEYS = sorted(set().union(*(load_catalogue(language) for language in LANGUAGES)))
# Words of a server that is no lab's, and of a question that comes before there is a registry.
OF_NO_LAB = ("serve.", "address.", "errors.AddressUnusable.", "questions.00-")

FOLDER = Path(regnb.i18n.__file__).parent
FILES = sorted(path.name for path in FOLDER.glob("fr/*.toml"))


def forms(entry: Entry) -> list[str]:
    return list(entry.values()) if isinstance(entry, Mapping) else [entry]


def placeholders(entry: Entry) -> set[str]:
    fields = [string.Formatter().parse(form) for form in forms(entry)]
    return {name for parsed in fields for _, name, _, _ in parsed if name}


def test_every_key_is_in_every_language() -> None:
    french, english = (load_catalogue(language).keys() for language in ("fr", "en"))
    assert french == english


def test_files_are_the_same() -> None:
    assert sorted(path.name for path in FOLDER.glob("en/*.toml")) == FILES


@pytest.mark.parametrize("file", FILES)
def test_tables_are_in_the_same_file(file: str) -> None:
    french, english = (
        tomllib.loads((FOLDER / name / file).read_text("utf-8")) for name in LANGUAGES
    )
    assert french.keys() == english.keys()


@pytest.mark.parametrize("key", KEYS)
def test_placeholders_are_the_same(key: str) -> None:
    french, english = (load_catalogue(language)[key] for language in ("fr", "en"))
    assert placeholders(french) == placeholders(english)


@pytest.mark.parametrize("key", KEYS)
def test_words_of_the_lab_name_no_port_that_it_may_not_have(key: str) -> None:
    if key.startswith(OF_NO_LAB):
        return
    texts = [text for language in LANGUAGES for text in forms(load_catalogue(language)[key])]
    assert not any(ADDRESS.search(text) for text in texts)


def test_every_error_has_its_words_and_every_words_their_error() -> None:
    classes = [one for one in vars(errors).values() if isinstance(one, type)]
    keys = {one.key for one in classes if issubclass(one, errors.RegnbError)}
    told = {key for key in KEYS if key.startswith("errors.")}
    assert {key.split(".")[1] for key in told} == keys
    assert {f"errors.{key}.{part}" for key in keys for part in ("text", "mend")} <= told


def test_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="No texts in the language `de`"):
        load_catalogue("de")
