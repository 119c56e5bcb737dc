"""A question and a check, as a learner uses them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from regnb.i18n import Translator
from tests.browser.conftest import Write
from tests.browser.screen import Screen

OPEN = "import regnb\nlab = regnb.open_lab()"


@pytest.fixture(scope="module", params=["fr", "en"])
def opened(page: Screen, write: Write, request: pytest.FixtureRequest) -> Iterator[str]:
    language: str = request.param
    cells = {
        "ask": 'lab.question("01-pull-fills")',
        "predict": 'lab.question("01-tag-copies")',
        "check": 'lab.check("01-tools")',
    }
    page.open(write(language, open=OPEN, **cells))
    assert not [cell.errors for cell in page.run() if cell.failed]
    yield language
    page.close()


@pytest.fixture
def notebook(screen: Screen, opened: str) -> tuple[str, Screen]:
    """Its language; `screen` hears what the browser complains of."""
    return opened, screen


def plain(markdown: str) -> str:
    return markdown.replace("`", "")


def choices(view: Locator) -> Locator:
    return view.locator("button[data-act=choose]")


def test_choice_is_answered_with_its_own_feedback(notebook: tuple[str, Screen]) -> None:
    language, screen = notebook
    view = screen.output("ask")
    text = Translator(language)
    wrong, right = choices(view).nth(0), choices(view).nth(1)
    for button, name in ((wrong, "yes"), (right, "no")):
        assert button.inner_text() == plain(text(f"questions.01-pull-fills.{name}.choice"))
    feedback = view.locator("[data-slot=feedback]")
    wrong.click()
    expect(feedback).to_contain_text(plain(text("questions.01-pull-fills.yes.feedback")))
    expect(wrong).to_have_attribute("aria-pressed", "true")
    right.focus()
    screen.page.keyboard.press("Enter")
    expect(feedback.locator(".right")).to_be_visible()
    expect(wrong).to_have_attribute("aria-pressed", "false")
    screen.portrait(view, f"question-{language}")


def test_prediction_folds_its_answer(notebook: tuple[str, Screen]) -> None:
    _, screen = notebook
    view = screen.output("predict")
    choices(view).nth(1).click()
    answer = view.locator("[data-slot=feedback] .feedback")
    expect(answer).to_be_hidden()
    view.locator("[data-slot=feedback] summary").click()
    expect(answer).to_be_visible()


def test_check_is_told(notebook: tuple[str, Screen]) -> None:
    language, screen = notebook
    view = screen.output("check")
    expect(view).to_contain_text({"fr": "À faire", "en": "To do"}[language])
    expect(view).to_contain_text("lab.run_registry()")
    screen.portrait(view, f"check-{language}")
