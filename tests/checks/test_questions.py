from __future__ import annotations

import pytest

from regnb.checks import all_questions, question
from regnb.i18n import LANGUAGES, load_catalogue


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


def test_question_without_its_right_choice_is_refused() -> None:
    with pytest.raises(ValueError, match="no choice `c`"):
        question("01-nothing", "a", "b", right="c")
