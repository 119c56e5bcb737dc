"""Spelling and typography of everything that is read: chapters, catalogues, documents."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

import pytest

from regnb.authoring.chapter import Prose, read_chapter
from regnb.authoring.notebook_files import source_paths
from regnb.authoring.prose import flaws
from regnb.i18n import LANGUAGES, load_catalogue
from tests.notebooks.conftest import PROJECT
from tests.notebooks.words import (
    DICTIONARIES,
    has_dictionary,
    project_words,
    unknown_words,
    words_file,
    words_of,
)

_PLACEHOLDER = re.compile(r"\{[^}]*\}")


def catalogue(language: str) -> dict[str, str]:
    """Texts by key, with a number in place of what is filled in."""
    texts: dict[str, str] = {}
    for key, entry in load_catalogue(language).items():
        forms = entry if isinstance(entry, Mapping) else {"": entry}
        texts |= {f"{key} {form}": _PLACEHOLDER.sub("1", text) for form, text in forms.items()}
    return texts


def chapters(language: str) -> dict[str, str]:
    return {
        f"{source.name} {cell.name}": cell.texts[language]
        for source in source_paths(PROJECT / "notebooks")
        for cell in read_chapter(source).cells
        if isinstance(cell, Prose)
    }


def documents(language: str) -> dict[str, str]:
    """Documents as they are, since nobody typesets them; `name.fr.md` is in French."""
    paths = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md")]
    french = [path for path in paths if path.name.endswith(".fr.md")]
    chosen = french if language == "fr" else [path for path in paths if path not in french]
    return {path.name: path.read_text("utf-8") for path in chosen}


def texts(language: str) -> dict[str, str]:
    """Everything to be read in `language`, by its place."""
    return {**chapters(language), **catalogue(language), **documents(language)}


def require_dictionary(language: str) -> None:
    if not has_dictionary(language):
        stop = pytest.fail if "CI" in os.environ else pytest.skip
        stop(f"hunspell and its dictionary {DICTIONARIES[language]} are not installed")


def test_embedded_engine_has_one_name_in_french() -> None:
    other = re.compile(r"moteur\s+(?:intégré|incorporé|interne)")
    assert [place for place, text in texts("fr").items() if other.search(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_typography(language: str) -> None:
    found = {place: flaws(text, language) for place, text in texts(language).items()}
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_spelling(language: str) -> None:
    require_dictionary(language)
    words = {word: place for place, text in texts(language).items() for word in words_of(text)}
    unknown = [f"{word} ({words[word].strip()})" for word in unknown_words(words, language)]
    assert not unknown, f"correct the text, or add the word to {words_file(language).name}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_the_project_are_in_order_and_in_use(language: str) -> None:
    lines = words_file(language).read_text("utf-8").splitlines()
    used = {word for text in texts(language).values() for word in words_of(text)}
    assert lines == sorted(set(lines), key=str.casefold)
    assert project_words(language) - used == set()


@pytest.mark.parametrize(
    ("text", "language", "unknown"),
    [
        ("La couche est partagé avec une imgae.", "fr", {"imgae"}),
        ("L’image, qu’il pousse, reste-t-elle ?", "fr", set()),
        ("Le registre (*registry*) de `nginx`, sur <http://qwfp.org>.", "fr", set()),
        ("The layer is sahred; Docker’s image isn’t.", "en", {"sahred"}),
    ],
)
def test_unknown_words(text: str, language: str, unknown: set[str]) -> None:
    require_dictionary(language)
    assert unknown_words(words_of(text), language) == unknown
