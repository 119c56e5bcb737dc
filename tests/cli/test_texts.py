"""The command line speaks the reader's language: no English of click's, no mend of a notebook."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import click
import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import regnb.errors
from regnb.cli import main
from regnb.cli.texts import Failure
from regnb.errors import EngineError, RegistryError, RegnbError, TLSFailed
from regnb.i18n import LANGUAGES, Translator
from tests.cli.commands import run

FOLDER = Path(str(resources.files("regnb.i18n"))) / "gettext/fr/LC_MESSAGES"
# What only those read who write programs with click, or use it on Windows or for completion.
NOT_FOR_LEARNERS = re.compile(
    "Editing failed|Windows error|completion|Unknown color|standard stream|defined twice|"
    "flag for true|Could not determine name|No options defined|exactly one parameter|'d'|^d$"
)
PLACEHOLDER = re.compile(r"[{%][^\s}]*[}s]")
# Names in capitals are of protocols, variables and signals; these are words of click.
ENGLISH = re.compile(
    r"\b(Usage: |Try|Error|Commands|Show this|Show the|Aborted|No such|Did you|Missing|Invalid|"
    r"required|default|COMMAND|ARGS|TEXT|INTEGER|FLOAT|RANGE|FILE|DIRECTORY|FOLDER|CHAPTER)\b"
)


def commands(command: click.Command = main, *above: str) -> Iterator[tuple[str, ...]]:
    yield above
    if isinstance(command, click.Group):
        for name, one in command.commands.items():
            yield from commands(one, *above, name)


def said(*words: str, **settings: str) -> str:
    """What a Python program says where only `settings` choose the language."""
    cleared = {"REGNB_LANGUAGE": "", "LANGUAGE": "", "LC_ALL": "", "LC_MESSAGES": "", "LANG": "C"}
    done = subprocess.run(
        [sys.executable, *words],
        env={**os.environ, **cleared, **settings},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def helps() -> dict[str, str]:
    """The French help of every command."""
    code = (
        "import json, click; from regnb.cli import main\n"
        "def walk(command, above):\n"
        "    yield above, command.get_help(click.Context(command, info_name=above))\n"
        "    for name, one in getattr(command, 'commands', {}).items():\n"
        "        yield from walk(one, f'{above} {name}')\n"
        "print(json.dumps(dict(walk(main, 'regnb'))))"
    )
    told: dict[str, str] = json.loads(said("-c", code, REGNB_LANGUAGE="fr"))
    return told


def test_helps_are_french(helps: dict[str, str]) -> None:
    assert helps.keys() == {" ".join(("regnb", *above)) for above in commands()}
    for told in helps.values():
        assert told.startswith("Utilisation\N{NO-BREAK SPACE}: regnb")
        assert "Afficher cette aide et quitter." in told
        assert not ENGLISH.findall(told), told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["strt"], "Erreur\xa0: La commande 'strt' n’existe pas."),
        (["stop", "--sockt", "x"], "L’option '--sockt' n’existe pas."),
        (["stop", "more"], "Un argument est de trop (more)"),
        (["stop", "--home", __file__], f"Dossier '{__file__}'\xa0: c’est un fichier."),
    ],
)
def test_errors_are_french(words: list[str], told: str) -> None:
    everything = said("-m", "regnb", "engine", *words, LANG="fr_FR.UTF-8")
    assert told in everything
    assert "Pour de l’aide\xa0: «\u202fregnb engine" in everything
    assert not ENGLISH.findall(everything)


def test_english_stays_english() -> None:
    told = said("-m", "regnb", "engine", "stop", "more", REGNB_LANGUAGE="en", LANG="fr_FR.UTF-8")
    assert "Error: Got unexpected extra argument (more)" in told
    assert ENGLISH.findall(told)


def test_every_word_of_click_is_translated() -> None:
    known = read_po(io.BytesIO((FOLDER / "click.po").read_bytes()))
    told = {
        message
        for *_, message, _, _ in extract_from_dir(
            Path(click.__file__).parent, [("**.py", "python")]
        )
    }
    missing = [one for one in told if not known.get(one if isinstance(one, str) else one[0])]
    assert [one for one in missing if not NOT_FOR_LEARNERS.search(str(one))] == []


def test_placeholders_are_the_same() -> None:
    known = read_po(io.BytesIO((FOLDER / "click.po").read_bytes()))
    for message in known:
        ours, theirs = (PLACEHOLDER.findall(str(one)) for one in (message.string, message.id))
        assert set(ours) <= set(theirs)


def test_catalogue_is_compiled() -> None:
    # Not byte by byte: the compiler writes the hour into the head.
    source = read_po(io.BytesIO((FOLDER / "click.po").read_bytes()))
    compiled = read_mo(io.BytesIO((FOLDER / "click.mo").read_bytes()))
    assert sorted(map(_words, compiled)) == sorted(map(_words, source))


def _words(message: Message) -> list[list[str]]:
    if not message.id:
        return []
    return [
        [one] if isinstance(one, str) else list(one or ()) for one in (message.id, message.string)
    ]


OF_NOTEBOOKS = re.compile(r"`lab\.|\bcells?\b|\bcellules?\b|ca_file|client_certificate")
# What commands can meet: a registry, and an image that cannot be brought from one.
FAMILIES = (RegistryError, regnb.errors.PullFailed)
OTHERS = (regnb.errors.ImageNotFound, regnb.errors.PortTaken)
NEVER = (regnb.errors.Unsupported, regnb.errors.LoopbackWantsTls)  # no command deletes or pushes
REASONS = ("unknown_authority", "wrong_name", "client_certificate", "closed")


def met() -> list[RegnbError]:
    known = [kind for kind in vars(regnb.errors).values() if isinstance(kind, type)]
    kinds = [kind for kind in known if issubclass(kind, FAMILIES) or kind in OTHERS]
    kinds = [kind for kind in kinds if not issubclass(kind, NEVER)]
    assert len(kinds) > 20
    plain = [kind("It broke.") for kind in kinds if not issubclass(kind, TLSFailed)]
    return [*plain, *(TLSFailed("It broke.", reason=reason) for reason in REASONS)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("error", met(), ids=lambda error: type(error).__name__)
def test_mend_is_not_that_of_a_notebook(error: RegnbError, language: str) -> None:
    told = Failure.of(error, Translator(language)).message
    assert told.count("\n") == 1
    assert not OF_NOTEBOOKS.search(told)


def test_error_without_words_of_its_own_has_those_of_notebooks() -> None:
    told = Failure.of(EngineError("It broke."), Translator("en")).message
    assert told == str(Translator("en").tell(EngineError("It broke.")))


@pytest.mark.parametrize("words", [["--help"], ["lab", "--help"], ["doctor", "--help"]])
def test_help_is_in_the_language_of_the_locale(words: list[str]) -> None:
    french, english = (run(*words, language=language).stdout for language in ("fr", "en"))
    assert french
    assert french != english
