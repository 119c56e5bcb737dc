"""What the command line proposes can be done at the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import regnb.errors
from regnb.cli.texts import Failure
from regnb.errors import EngineError, RegistryError, RegnbError, TLSFailed
from regnb.i18n import LANGUAGES, Translator
from tests.cli.test_doctor import run

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


@pytest.mark.parametrize("words", [["collect-garbage"], ["scrub"]])
def test_storage_that_is_not_there_is_told_and_not_made(words: list[str], tmp_path: Path) -> None:
    for folder in (tmp_path / "mistyped", tmp_path):
        done = run(*words, "--storage", str(folder), language="en")
        assert done.returncode == 1
        assert str(folder) in done.stderr
        assert list(tmp_path.iterdir()) == []
