from __future__ import annotations

import pytest

from regnb.checks.course import all_checks
from regnb.checks.definitions import Status
from regnb.i18n import LANGUAGES, Translator
from regnb.widgets.panel_view import LabState, Panel

STATE = LabState(
    engine="Docker 29",
    registry="registry",
    image="registry:2.6",
    address="localhost:5000",
    repositories=2,
    tags=3,
    exercises=dict.fromkeys(all_checks(), Status.NOT_ATTEMPTED),
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_and_exercises_are_all_there(language: str) -> None:
    html = Panel(Translator(language), lambda: STATE).html()
    for text in ("Docker 29", "registry:2.6", "localhost:5000"):
        assert text in html
    assert html.count("<li>") == len(all_checks())
    assert "{" not in html.partition("</style>")[2]


def test_status_is_told_in_words() -> None:
    name = next(iter(all_checks()))
    state = LabState("x", exercises={name: Status.PASSED})
    html = Panel(Translator("en"), lambda: state).html()
    assert "· passed" in html
    assert "1 of 1 exercises passed" in html


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (LabState("x"), "has no registry yet"),
        (LabState("x", registry="registry", image="registry:2.6"), "is stopped"),
        (STATE, "answers at"),
    ],
)
def test_caption_says_what_to_do(state: LabState, text: str) -> None:
    assert text in Panel(Translator("en"), lambda: state).html()


def test_answer_is_the_state_as_it_is_now() -> None:
    states = iter([LabState("x"), STATE])
    panel = Panel(Translator("en"), lambda: next(states))
    assert "2 repositories, 3 tags" in panel.answer("look", "")["state"]


def test_signs_are_drawn_and_not_read_aloud() -> None:
    name = next(iter(all_checks()))
    html = Panel(Translator("en"), lambda: LabState("x", exercises={name: Status.PASSED})).html()
    assert '<meter value="1" max="1" aria-hidden="true"></meter>' in html
    assert html.count('<span class="mark" aria-hidden="true">') == 1
