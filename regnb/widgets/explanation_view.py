"""The parts of an image reference, each with its name, what it says, and whether it is implied."""

from __future__ import annotations

from typing import ClassVar

from markupsafe import Markup

from regnb.errors import InvalidReference
from regnb.i18n import Translator
from regnb.oci import Digest
from regnb.oci.reference import ReferencePart, parts_of
from regnb.widgets.base_view import View
from regnb.widgets.html import code_spans, join, short_digest, tag


class Explanation(View):
    """What `text` stands for; `parts` are empty and `problem` is set when it is no reference."""

    styles: ClassVar = ("explanation.css",)

    def __init__(self, translator: Translator, text: str) -> None:
        super().__init__(translator)
        self.text = str(text)  # a cell may give anything
        self.parts: list[ReferencePart] = []
        self.problem: InvalidReference | None = None
        try:
            self.parts = parts_of(self.text)
        except InvalidReference as error:
            self.problem = error

    @property
    def whole(self) -> str:
        """The reference with all that is implied, empty when it is none."""
        return "".join(part.separator + part.text for part in self.parts)

    def caption(self) -> Markup:
        """What it stands for, or why it cannot be one."""
        if self.problem:
            told = self.translator.tell(self.problem)
            return tag("b", "✗ ") + code_spans(told.text) + " " + code_spans(told.mend)
        implied = [part for part in self.parts if not part.written]
        key = "explain.implied" if implied else "explain.written"
        sentences = [self.translator(key, text=self.text, whole=self.whole)]
        if {"tag", "digest"} <= {part.role for part in self.parts}:
            sentences.append(self.translator("explain.digest_wins"))
        return code_spans(" ".join(sentences))

    def picture(self, *, live: bool = False) -> Markup:
        """The parts side by side, each over its name and its meaning."""
        del live  # nothing to ask the kernel
        if self.problem:
            return Markup("")
        return tag(
            "table",
            tag("thead", tag("tr", [self._part(part) for part in self.parts])),
            tag("tbody", tag("tr", [self._meaning(part) for part in self.parts])),
        )

    def _part(self, part: ReferencePart) -> Markup:
        text = short_digest(Digest(part.text)) if part.role == "digest" else tag("code", part.text)
        shown = [tag("span", part.separator, class_="separator"), tag("span", text, class_="chip")]
        state = "written" if part.written else "implied"
        return tag("th", shown, scope="col", class_=f"{part.role} {state}")

    def _meaning(self, part: ReferencePart) -> Markup:
        name = tag("b", self.translator(f"explain.{part.role}.name"))
        quiet = tag("span", self.translator("explain.is_implied"), class_="quiet")
        meaning = code_spans(self._sentence(part))
        return tag("td", join([name, None if part.written else [" · ", quiet]]), tag("p", meaning))

    def _sentence(self, part: ReferencePart) -> str:
        own = f"explain.{part.role}.{'written' if part.written else 'implied'}"
        return self.translator(own, text=part.text)
