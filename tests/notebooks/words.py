"""The words of texts in Markdown, and those among them that no dictionary knows."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from markdown_it.token import Token

from regnb.authoring.prose import parse

DICTIONARIES = {"fr": "fr_FR", "en": "en_US"}
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:[-’'][^\W\d_]+)*(?!\w)")
# An address, the name of a file, an image with its tag, an option of a command.
_NAME = re.compile(r"\S*(?:://|\w\.\w|\w:\d)\S*|--\w\S*")
_ATTACHED = re.compile(r"^[dl][’'](?=[A-Z])|[’']s$")


@cache
def project_words(language: str) -> frozenset[str]:
    """Words that are right in the texts of the project, and in no dictionary."""
    return frozenset(words_file(language).read_text("utf-8").split())


def words_file(language: str) -> Path:
    return Path(__file__).parent / f"words.{language}.txt"


def words_of(text: str) -> Iterator[str]:
    """Words of `text` (Markdown), but for code, names, acronyms, and foreign words in italics."""
    for block in parse(text):
        plain = "".join(_read_aloud(block.children or []))
        words = (_ATTACHED.sub("", word) for word in _WORD.findall(_NAME.sub(" ", plain)))
        yield from (word for word in words if not word.isupper())


def _read_aloud(tokens: list[Token]) -> Iterator[str]:
    skipped = 0
    for token in tokens:
        if token.type == "em_open" or (token.type == "link_open" and token.markup == "autolink"):
            skipped += 1
        elif skipped and token.type in {"em_close", "link_close"}:
            skipped -= 1
        elif not skipped:
            yield token.content if token.type in {"text", "image"} else " "


def unknown_words(words: Iterable[str], language: str) -> set[str]:
    """Those of `words` that neither the dictionary of `language` nor the project knows."""
    done = subprocess.run(
        ["hunspell", "-i", "utf-8", "-d", DICTIONARIES[language], "-l"],
        input="\n".join(words),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return set(done.stdout.split()) - project_words(language)


def has_dictionary(language: str) -> bool:
    """Whether hunspell and its dictionary of `language` are on this machine."""
    if shutil.which("hunspell") is None:
        return False
    asked = subprocess.run(
        ["hunspell", "-d", DICTIONARIES[language], "-l"],
        input="",
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.returncode == 0
