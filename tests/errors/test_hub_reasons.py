from __future__ import annotations

import pytest

from regnb.errors.hub_reasons import PHRASES, Reason
from regnb.i18n import LANGUAGES, Translator


@pytest.mark.parametrize("kind", PHRASES)
def test_phrase_is_read_again(kind: str) -> None:
    filled = {"host": "auth.docker.io", "who": "Root (of all), Ltd: one"}
    used = {name: value for name, value in filled.items() if f"{{{name}}}" in PHRASES[kind]}
    reason = Reason(kind, **used)
    assert Reason.parse(str(reason)) == reason


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", PHRASES)
def test_every_reason_is_told_with_a_mend(kind: str, language: str) -> None:
    translator = Translator(language)
    reason = Reason(kind, who="somebody")
    assert translator.why(reason)
    own, docker = (translator.mend(reason, flavour) for flavour in ("embedded", "docker"))
    assert own
    assert 'engine="embedded"' in docker
    assert 'engine="embedded"' not in own


@pytest.mark.parametrize("text", ["", "unreachable", "the proxy p refuses", "no pull limit"])
def test_other_text_tells_no_reason(text: str) -> None:
    assert Reason.parse(text) is None


def test_concern_is_what_is_to_be_mended() -> None:
    assert Reason("wrong_name").concern == Reason("forbidden").concern == "filter"
    assert Reason("no_registry").concern == "login_page"
    assert Reason("timeout").concern == "network"
