"""What came of a check: a sign, a word and a sentence."""

from __future__ import annotations

from typing import ClassVar

from markupsafe import Markup

from regnb.checks import Result, Status
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
