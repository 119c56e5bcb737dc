from __future__ import annotations

from pathlib import Path

import pytest

from regnb.checks import Progress, Status, progress_of
from regnb.lab import Lab
from tests.checks.wrong import push


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return progress_of("ada", {"REGNB_HOME": str(tmp_path)})


def test_progress_survives_a_new_kernel(progress: Progress, tmp_path: Path) -> None:
    progress.note("01-tools", Status.FAILED)
    progress.note("01-second-version", Status.PASSED)
    again = progress_of("ada", {"REGNB_HOME": str(tmp_path)}).statuses
    assert again == {"01-tools": Status.FAILED, "01-second-version": Status.PASSED}


def test_what_was_passed_stays_passed(progress: Progress) -> None:
    for status in (Status.FAILED, Status.PASSED, Status.FAILED, Status.NOT_ATTEMPTED):
        progress.note("01-tools", status)
    assert progress.statuses == {"01-tools": Status.PASSED}


def test_what_was_not_attempted_is_not_written_down(progress: Progress) -> None:
    progress.note("01-tools", Status.NOT_ATTEMPTED)
    assert not progress.path.exists()


def test_each_learner_has_their_own(progress: Progress, tmp_path: Path) -> None:
    progress.note("01-tools", Status.PASSED)
    assert progress_of("bob", {"REGNB_HOME": str(tmp_path)}).statuses == {}


@pytest.mark.parametrize("content", ["", "[]", '{"statuses": {"a": "b"}}', '{"statuses": []}'])
def test_damaged_file_begins_anew(progress: Progress, content: str) -> None:
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
