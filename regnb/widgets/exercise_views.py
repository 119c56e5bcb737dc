"""What came of a check, as a sign, a word and a sentence; and a question to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from markupsafe import Markup

from regnb.checks.definitions import Question, Result, Status
from regnb.i18n import Translator
from regnb.widgets.base_view import View
from regnb.widgets.html import inline, tag

# Never by colour alone: https://www.w3.org/WAI/WCAG22/Understanding/use-of-color
_SIGNS = {Status.PASSED: "✔", Status.FAILED: "✘", Status.NOT_ATTEMPTED: "○"}


class CheckResult(View):
    """The outcome of a check, in words; of a failure, the hint that fits it."""

    styles: ClassVar[tuple[str, ...]] = ("check.css",)

    def __init__(self, translator: Translator, result: Result) -> None:
        super().__init__(translator)
        self.result = result

    def caption(self) -> Markup:
        """Sign, status and title."""
        status = self.result.status
        word = self.translator(f"exercises.{status}")
        title = self._text(self.result.name, "title")
        return Markup("{} {} {}").format(
            tag("span", _SIGNS[status], class_="sign", aria_hidden="true"),
            tag("strong", self.translator("exercises.status", status=word)),
            inline(title),
        )

    def picture(self, *, live: bool = False) -> Markup:  # noqa: ARG002 - nothing to click
        """The sentence that says what was seen, and what to do."""
        sentence = self._sentence(self.result.first or self.result.name)
        if self.result.first:
            title = self._text(self.result.first, "title")
            sentence = f"{self.translator('exercises.first', title=title)} {sentence}"
        return tag("p", inline(sentence), class_=f"outcome {self.result.status}")

    def _sentence(self, name: str) -> str:
        outcome = self.result.outcome
        if outcome.status is Status.FAILED:
            return self._text(name, f"failed.{outcome.hint}", **outcome.values)
        return self._text(name, outcome.status)

    def _text(self, check: str, key: str, /, **values: object) -> str:
        return self.translator(f"checks.{check}.{key}", **values)


def _ignore(status: Status) -> None:
    """Nobody notes it."""


class QuestionView(View):
    """A question; each choice has its own feedback, and `note` gets how it was answered."""

    styles: ClassVar[tuple[str, ...]] = ("question.css",)
    live: ClassVar[bool] = True

    def __init__(
        self,
        translator: Translator,
        question: Question,
        note: Callable[[Status], object] = _ignore,
    ) -> None:
        super().__init__(translator)
        self.question = question
        self._note = note

    def caption(self) -> Markup:
        """The question."""
        kind = "prediction" if self.question.is_prediction else "question"
        lead = tag("strong", self.translator(f"exercises.{kind}"))
        return Markup("{} {}").format(lead, inline(self._text("ask")))

    def picture(self, *, live: bool = False) -> Markup:
        """The choices; buttons and a place for the feedback when it is `live`."""
        if live:
            buttons = [self._button(choice) for choice in self.question.choices]
            place = tag("div", data_slot="feedback", aria_live="polite")
            return tag("div", buttons, class_="choices") + place
        return tag("ul", [tag("li", self._choice(one)) for one in self.question.choices]) + (
            self._folded("answers", [self._feedback(one) for one in self.question.choices])
        )

    def answer(self, action: str, value: str) -> Mapping[str, Markup]:
        """The feedback for the choice `value`; folded for a prediction, which comes first."""
        if action != "choose" or value not in self.question.choices:
            return {}
        self._note(Status.PASSED if value == self.question.right else Status.FAILED)
        feedback = self._feedback(value)
        if self.question.is_prediction:
            noted = tag("p", self.translator("exercises.noted"))
            return {"feedback": noted + self._folded("predicted", feedback)}
        return {"feedback": feedback}

    def _button(self, choice: str) -> Markup:
        return tag(
            "button",
            self._choice(choice),
            type="button",
            data_act="choose",
            data_value=choice,
            aria_pressed="false",
        )

    def _choice(self, choice: str) -> Markup:
        return inline(self._text(f"{choice}.choice"))

    def _feedback(self, choice: str) -> Markup:
        verdict = "right" if choice == self.question.right else "wrong"
        lead = self.translator(f"exercises.{verdict}")
        return tag(
            "p",
            tag("em", self._choice(choice)),
            tag("br"),
            tag("strong", lead),
            " ",
            inline(self._text(f"{choice}.feedback")),
            class_=f"feedback {verdict}",
        )

    def _folded(self, key: str, content: Markup | list[Markup]) -> Markup:
        summary = tag("summary", self.translator(f"exercises.{key}"))
        return tag("details", summary, content, data_key=key)

    def _text(self, key: str) -> str:
        return self.translator(f"questions.{self.question.name}.{key}")
