"""Every check tells each wrong answer from the others; the notebooks show what right ones give."""

from __future__ import annotations

import re

import pytest

from regnb.checks import Status, all_checks
from regnb.errors import UnknownExercise
from regnb.i18n import LANGUAGES, Translator, load_catalogue
from regnb.lab import Lab
from tests.checks.wrong import Wrong, all_wrong, push


def hints_of(check: str) -> set[str]:
    """The hints for failures of `check` that the catalogue has."""
    start = f"checks.{check}.failed."
    return {key.removeprefix(start) for key in load_catalogue("en") if key.startswith(start)}


@pytest.mark.parametrize("one", all_wrong(), ids=lambda one: f"{one.check}-{one.hint}")
def test_wrong_answer_gets_its_hint(lab: Lab, one: Wrong) -> None:
    one.attempt(lab)
    result = lab.check(one.check).result
    assert (result.status, result.outcome.hint) == (Status.FAILED, one.hint)
    for language in LANGUAGES:
        Translator(language)(f"checks.{one.check}.failed.{one.hint}", **result.outcome.values)


@pytest.mark.parametrize("name", all_checks())
def test_every_hint_is_given_for_a_wrong_answer(name: str) -> None:
    tried = {one.hint for one in all_wrong() if one.check == name}
    assert tried == hints_of(name)


@pytest.mark.parametrize("name", all_checks())
def test_check_is_not_attempted_before_anything_is_done(lab: Lab, name: str) -> None:
    result = lab.check(name).result
    assert result.status is Status.NOT_ATTEMPTED
    assert result.first in {None, "registry-runs"}


@pytest.mark.parametrize("name", all_checks())
@pytest.mark.parametrize("language", LANGUAGES)
def test_check_has_its_words(name: str, language: str) -> None:
    texts = load_catalogue(language)
    assert {f"checks.{name}.{key}" for key in ("title", "passed", "not_attempted")} <= texts.keys()


def test_every_text_belongs_to_a_check() -> None:
    named = {key.split(".")[1] for key in load_catalogue("en") if key.startswith("checks.")}
    assert named == all_checks().keys()


def test_first_missing_step_is_named(lab: Lab) -> None:
    assert lab.check("01-second-version").result.first == "registry-runs"
    lab.run_registry()
    assert lab.check("01-second-version").result.first == "01-w3"
    push(lab, "nginx", "w3:1.0")
    assert lab.check("01-second-version").result.first is None


def test_check_of_an_unknown_name_is_told(lab: Lab) -> None:
    with pytest.raises(UnknownExercise, match=re.escape("`01-second-version`")):
        lab.check("01-third-version")


def test_state_is_looked_at_and_not_the_way_there(lab: Lab) -> None:
    push(lab, "nginx", "w3:1.0")
    manifest = lab.client.get_manifest("w3", "1.0")
    lab.client.put_manifest("w3", "2.0", manifest.content, media_type=manifest.media_type)
    assert lab.check("01-second-version").result.status is Status.PASSED
