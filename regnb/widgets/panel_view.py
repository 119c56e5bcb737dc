"""The state of the lab at a glance: its engine, its registry, and how far the learner is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from markupsafe import Markup

from regnb.checks.definitions import Status
from regnb.i18n import Translator
from regnb.widgets.base_view import View
from regnb.widgets.html import Child, code_spans, join, tag

_MARKS = {Status.PASSED: "✓", Status.FAILED: "✗", Status.NOT_ATTEMPTED: "·"}


@dataclass(frozen=True, slots=True)
class LabState:
    """What a lab is at one moment; empty texts and None for what there is not.

    `exercises` has the best status of every check, by the name of the check.
    """

    engine: str
    registry: str = ""
    image: str = ""
    address: str = ""
    repositories: int | None = None
    tags: int | None = None
    exercises: Mapping[str, Status] = field(default_factory=dict)


class Panel(View):
    """What `look` gives; it is looked at again after each step."""

    styles: ClassVar = ("panel.css",)
    live: ClassVar = True

    def __init__(self, translator: Translator, look: Callable[[], LabState]) -> None:
        super().__init__(translator)
        self._look = look
        self.state = look()

    def caption(self) -> Markup:
        """Whether the registry answers, and what it holds."""
        state = self.state
        if not state.registry:
            return code_spans(self.translator("panel.no_registry"))
        if not state.address:
            return code_spans(self.translator("panel.stopped", name=state.registry))
        return code_spans(self.translator("panel.runs", address=state.address))

    def picture(self, *, live: bool = False) -> Markup:
        """The facts, and the exercises of each chapter."""
        again = tag("button", self.translator("panel.again"), type="button", data_act="look")
        places = tag("div", self._body(), data_slot="state")
        return join([places, tag("p", again) if live else None])

    def answer(self, action: str, value: str) -> Mapping[str, Markup]:  # noqa: ARG002
        """The state as it is now."""
        self.state = self._look()
        return {"state": self._body()}

    def refresh(self) -> None:
        """Look again, where the panel is shown."""
        if "widget" in vars(self):
            self.state = self._look()
            super().refresh()

    def _body(self) -> Markup:
        rows = [
            tag("tr", tag("th", self.translator(f"panel.{name}"), scope="row"), tag("td", value))
            for name, value in self._facts()
            if value
        ]
        table = tag("table", tag("tbody", rows))
        return join([table, self._exercises()])

    def _facts(self) -> list[tuple[str, Child]]:
        state = self.state
        holds = ""
        if state.repositories is not None:
            holds = self.translator("panel.repositories_count", count=state.repositories)
        if state.tags is not None:
            holds += ", " + self.translator("panel.tags_count", count=state.tags)
        return [
            ("engine", state.engine),
            ("registry", tag("code", state.registry) if state.registry else None),
            ("image", tag("code", state.image) if state.image else None),
            ("address", tag("code", state.address) if state.address else None),
            ("holds", holds),
        ]

    def _exercises(self) -> Markup | None:
        chapters: dict[str, list[tuple[str, Status]]] = {}
        for name, status in sorted(self.state.exercises.items()):
            chapters.setdefault(name.partition("-")[0], []).append((name, status))
        return join(self._chapter(number, checks) for number, checks in chapters.items())

    def _chapter(self, number: str, checks: list[tuple[str, Status]]) -> Markup:
        done = sum(status is Status.PASSED for _, status in checks)
        title = self.translator("panel.chapter", number=number, done=done, count=len(checks))
        meter = tag("meter", value=done, max=len(checks), aria_hidden="true")
        items = [
            tag(
                "li",
                tag("span", _MARKS[status], class_="mark", aria_hidden="true"),
                code_spans(self.translator(f"checks.{name}.title")),
                tag("span", " · ", self.translator(f"panel.status.{status}"), class_="quiet"),
            )
            for name, status in checks
        ]
        summary = tag("summary", tag("span", title), " ", meter)
        return tag("details", summary, tag("ul", items), data_key=number)
