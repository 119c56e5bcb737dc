"""The parts of an image as a diagram: index, manifests, configs, layers, and their bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from itertools import islice
from typing import ClassVar

from markupsafe import Markup

from regnb.analysis.anatomy import Anatomist, Organ
from regnb.i18n import Translator
from regnb.widgets.base_view import View
from regnb.widgets.explore_image import files_html
from regnb.widgets.html import join, short, spans, tag

TEXT = 20_000  # characters of a content that are shown


class Anatomy(View):
    """The diagram of `root`, whose bytes `anatomist` reads when they are asked for."""

    styles: ClassVar = ("anatomy.css",)
    live: ClassVar = True

    def __init__(
        self, translator: Translator, name: str, root: Organ, anatomist: Anatomist
    ) -> None:
        super().__init__(translator)
        self.name = name
        self.root = root
        self._anatomist = anatomist
        self._organs = list(root.all())
        self._numbers = {id(organ): number for number, organ in enumerate(self._organs)}

    def caption(self) -> Markup:
        """What it is made of, and how attestations are to be read."""
        counts = {
            role: sum(organ.role == role for organ in self._organs)
            for role in ("manifest", "layer", "attestation", "missing")
        }
        sentences = [self.translator(f"anatomy.{self.root.role}_root", name=self.name, **counts)]
        sentences += [
            self.translator(f"anatomy.{role}_note")
            for role in ("attestation", "missing")
            if counts[role]
        ]
        return spans(" ".join(sentences))

    def picture(self, *, live: bool = False) -> Markup:
        """The diagram; static with the bytes of what was read already, live with all to ask for."""
        diagram = tag("ul", self._item(self.root, live=live), class_="diagram")
        if live:
            hint = tag("p", self.translator("anatomy.choose"), class_="quiet")
            return diagram + tag("div", hint, data_slot="bytes", aria_live="polite")
        read = (organ for organ in self._organs if organ.content is not None)
        return join([diagram, [self._folded(organ) for organ in islice(read, 2)]])

    def answer(self, action: str, value: str) -> Mapping[str, Markup]:
        """The bytes of a part, or the files of a layer."""
        if action != "bytes":
            raise KeyError(action)
        return {"bytes": self._bytes(self._organs[int(value)])}

    def _item(self, organ: Organ, *, live: bool) -> Markup:
        parts = [self._item(part, live=live) for part in organ.parts]
        return tag("li", self._box(organ, live=live), tag("ul", parts) if parts else None)

    def _box(self, organ: Organ, *, live: bool) -> Markup:
        label = [
            tag("b", self.translator(f"anatomy.{organ.role}")),
            [" ", tag("span", organ.platform, class_="platform")] if organ.platform else None,
            tag("span", " ", short(organ.digest), " ", self.translator.size(organ.size)),
            tag("span", " ", organ.media_type, class_="quiet media"),
        ]
        if not live or organ.role == "missing":
            return tag("div", label, class_=f"box {organ.role}")
        return tag(
            "button",
            label,
            type="button",
            class_=f"box {organ.role}",
            aria_pressed="false",
            data_act="bytes",
            data_value=str(self._numbers[id(organ)]),
        )

    def _folded(self, organ: Organ) -> Markup:
        return tag("details", tag("summary", self._title(organ)), tag("pre", self._text(organ)))

    def _bytes(self, organ: Organ) -> Markup:
        shown = self._files(organ) if organ.role == "layer" else tag("pre", self._text(organ))
        return tag("h4", self._title(organ)) + shown

    def _title(self, organ: Organ) -> Markup:
        role = self.translator(f"anatomy.{organ.role}")
        key = "anatomy.files_of" if organ.role == "layer" else "anatomy.bytes_of"
        size = self.translator.size(organ.size)
        return join([self.translator(key, role=role, size=size), " ", short(organ.digest)])

    def _text(self, organ: Organ) -> str:
        content = self._anatomist.content(organ).decode("utf-8", "replace")
        with suppress(ValueError):  # what is not JSON is shown as it is
            content = json.dumps(json.loads(content), indent=2, ensure_ascii=False)
        return content if len(content) <= TEXT else f"{content[:TEXT]}…"

    def _files(self, organ: Organ) -> Markup:
        files = self._anatomist.files(organ)
        return tag("div", files_html(self.translator, files), class_="files")
