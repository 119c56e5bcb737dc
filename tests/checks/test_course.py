"""The checks of the course have their words, and a wrong answer for every hint.

The notebooks show what right answers give.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from regnb.checks.course import LearnerProgress, all_checks, all_questions, progress_of
from regnb.checks.definitions import Status
from regnb.errors import UnknownExercise
from regnb.i18n import LANGUAGES, load_catalogue
from regnb.lab import Lab
from tests.checks.wrong import HINTS, push, wrong


@wrong("registry-runs", "stopped")
def test_stop_the_registry(lab: Lab) -> None:
    lab.run_registry()
    lab.engine.stop_container("registry")


def test_every_hint_is_given_for_a_wrong_answer() -> None:
    for file in Path(__file__).parent.glob("test_chapter_*.py"):
        import_module(f"tests.checks.{file.stem}")
    failed = re.compile(r"checks\.([^.]+)\.failed\.([^.]+)")
    assert {
        found.groups() for found in map(failed.fullmatch, load_catalogue("en")) if found
    } == HINTS


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


@pytest.mark.parametrize("name", all_questions())
@pytest.mark.parametrize("language", LANGUAGES)
def test_question_has_its_words(name: str, language: str) -> None:
    start = f"questions.{name}."
    keys = {key.removeprefix(start) for key in load_catalogue(language) if key.startswith(start)}
    parts = {
        f"{choice}.{part}"
        for choice in all_questions()[name].choices
        for part in ("choice", "feedback")
    }
    assert keys == {"ask", *parts}


def test_every_text_belongs_to_a_question() -> None:
    named = {key.split(".")[1] for key in load_catalogue("en") if key.startswith("questions.")}
    assert named == all_questions().keys()


@pytest.fixture
def progress(tmp_path: Path) -> LearnerProgress:
    return progress_of("ada", {"REGNB_HOME": str(tmp_path)})


def test_progress_survives_a_new_kernel(progress: LearnerProgress, tmp_path: Path) -> None:
    progress.note("01-tools", Status.FAILED)
    progress.note("01-second-version", Status.PASSED)
    again = progress_of("ada", {"REGNB_HOME": str(tmp_path)}).statuses
    assert again == {"01-tools": Status.FAILED, "01-second-version": Status.PASSED}


def test_what_was_passed_stays_passed(progress: LearnerProgress) -> None:
    for status in (Status.FAILED, Status.PASSED, Status.FAILED, Status.NOT_ATTEMPTED):
        progress.note("01-tools", status)
    assert progress.statuses == {"01-tools": Status.PASSED}


def test_what_was_not_attempted_is_not_written_down(progress: LearnerProgress) -> None:
    progress.note("01-tools", Status.NOT_ATTEMPTED)
    assert not progress.path.exists()


def test_each_learner_has_their_own(progress: LearnerProgress, tmp_path: Path) -> None:
    progress.note("01-tools", Status.PASSED)
    assert progress_of("bob", {"REGNB_HOME": str(tmp_path)}).statuses == {}


@pytest.mark.parametrize("content", ["", "[]", '{"statuses": {"a": "b"}}', '{"statuses": []}'])
def test_damaged_file_begins_anew(progress: LearnerProgress, content: str) -> None:
    progress.path.parent.mkdir(parents=True)
    progress.path.write_text(content, "utf-8")
    assert progress.statuses == {}
    progress.note("01-tools", Status.PASSED)
    assert progress.statuses == {"01-tools": Status.PASSED}


def test_lab_notes_what_its_checks_find(lab: Lab) -> None:
    push(lab, "nginx", "w3:1.0")
    lab.check("01-without-tag")
    push(lab, "nginx", "w3:latest")
    lab.check("01-without-tag")
    lab.clean_up()
    lab.check("01-without-tag")
    assert progress_of("test-checks").statuses["01-without-tag"] is Status.PASSED
