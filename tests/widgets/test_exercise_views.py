from __future__ import annotations

import re

import pytest

from regnb.checks.course import question_named
from regnb.checks.definitions import NOT_ATTEMPTED, PASSED, Outcome, Result, Status, failed
from regnb.i18n import Translator
from regnb.widgets.exercise_views import CheckResult, QuestionView

FRENCH, ENGLISH = Translator("fr"), Translator("en")


def text(html: str) -> str:
    """What a reader sees of `html`."""
    without_styles = re.sub(r"(?s)<style>.*?</style>", "", html)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", without_styles))


@pytest.mark.parametrize(
    ("outcome", "first", "words"),
    [
        (PASSED, None, ("✔", "Réussi", "Aucune couche n’est repartie")),
        (NOT_ATTEMPTED, None, ("○", "À faire", "n’a pas encore l’étiquette")),
        (failed("not_pushed", name="x/w3:2.0"), None, ("✘", "Pas encore", "x/w3:2.0")),
        (NOT_ATTEMPTED, "registry-runs", ("○", "À faire", "un registre en marche", "run_registry")),
        (failed("stopped", name="registry"), "registry-runs", ("○", "À faire", "est arrêté")),
    ],
)
def test_result_is_told_by_sign_word_and_sentence(
    outcome: Outcome, first: str | None, words: tuple[str, ...]
) -> None:
    view = CheckResult(FRENCH, Result("01-second-version", outcome, first))
    shown = text(view._repr_html_())
    assert [word for word in words if word not in shown] == []
    assert f'<span class="sign" aria-hidden="true">{words[0]}</span>' in view._repr_html_()
    assert repr(view) == "<CheckResult>"


def test_values_in_a_hint_are_escaped() -> None:
    result = Result("registry-runs", failed("stopped", name="<b>x</b>"))
    assert "<b>" not in CheckResult(ENGLISH, result)._repr_html_()


def test_static_question_has_its_choices_and_folded_answers() -> None:
    html = QuestionView(ENGLISH, question_named("01-pull-fills"))._repr_html_()
    before, folded = html.split("<details")
    assert "the catalog is still empty" in before
    assert "fills" not in before
    assert "Nothing enters a registry" in folded
    assert folded.count("Not so.</strong>") == 1
    assert folded.count("Correct.</strong>") == 1


@pytest.mark.parametrize(
    ("choice", "status", "feedback"),
    [
        ("yes", Status.FAILED, "Not so. Your machine has two places"),
        ("no", Status.PASSED, "Correct. pull filled the engine"),
    ],
)
def test_answer_gets_its_own_feedback(choice: str, status: Status, feedback: str) -> None:
    noted: list[Status] = []
    view = QuestionView(ENGLISH, question_named("01-pull-fills"), noted.append)
    shown = text(view.answer("choose", choice)["feedback"])
    assert feedback in shown.replace("  ", " ")
    assert noted == [status]


def test_prediction_keeps_its_answer_until_the_cell_has_run() -> None:
    view = QuestionView(FRENCH, question_named("01-tag-copies"))
    before, folded = str(view.answer("choose", "same")["feedback"]).split("<details")
    assert "Exécutez maintenant la cellule suivante" in before
    assert "rangée une seule fois" in folded
    assert "rangée" not in before


def test_answer_that_is_no_choice_is_ignored() -> None:
    view = QuestionView(ENGLISH, question_named("01-pull-fills"))
    assert view.answer("choose", "perhaps") == {}
    assert view.answer("open", "yes") == {}


def test_live_question_has_a_button_for_each_choice() -> None:
    html = str(QuestionView(ENGLISH, question_named("01-tag-copies")).picture(live=True))
    assert re.findall(r'data-value="(\w+)"', html) == ["twice", "same", "link"]
    assert "details" not in html
