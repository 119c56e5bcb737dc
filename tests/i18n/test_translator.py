from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from regnb.errors import ManifestNotFound
from regnb.i18n import Translator, language_of_locale

NOW = datetime(2026, 11, 23, tzinfo=UTC)
THIN = "\u202f"


@pytest.mark.parametrize(
    ("size", "french", "english"),
    [
        (0, "0 o", "0 B"),
        (999, "999 o", "999 B"),
        (1000, "1,0 ko", "1.0 kB"),
        (999_960, "1,0 Mo", "1.0 MB"),
        (109_000_000, "109,0 Mo", "109.0 MB"),
        (2_500_000_000, "2,5 Go", "2.5 GB"),
    ],
)
def test_sizes(size: int, french: str, english: str) -> None:
    assert Translator("fr").size(size) == french.replace(" ", THIN)
    assert Translator("en").size(size) == english.replace(" ", THIN)


def test_shares() -> None:
    assert Translator("fr").percent(0.973) == f"97{THIN}%"
    assert Translator("en").percent(0.973) == "97%"


def test_ages() -> None:
    two_weeks = NOW - timedelta(weeks=2)
    assert Translator("fr").ago(two_weeks, NOW) == "il y a 2 semaines"
    assert Translator("en").ago(two_weeks, NOW) == "2 weeks ago"


def test_error_is_told_in_the_words_of_its_class() -> None:
    told = Translator("en").tell(ManifestNotFound("manifest unknown", url="http://x/v2/w3"))
    assert told.text
    assert told.mend
    assert told != Translator("fr").tell(ManifestNotFound("manifest unknown"))


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "C", "REGNB_LANGUAGE": "fr"}, "fr"),
    ],
)
def test_language_of_locale(environment: dict[str, str], language: str) -> None:
    assert language_of_locale(environment) == language
