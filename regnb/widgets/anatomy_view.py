"""The parts of an image as a diagram: index, manifests, configs, layers, and their bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from itertools import islice
from typing import ClassVar

from markupsafe import Markup

from regnb.analysis.anatomy import ImagePart, ImageReader
from regnb.i18n import Translator
from regnb.widgets.base_view import View
from regnb.widgets.explore_image import files_html
from regnb.widgets.html import code_spans, join, short_digest, tag

TEXT = 20_000  # characters of a content that are shown


class Anatomy(View):
    """The diagram of `root`, whose bytes `reader` reads when they are asked for."""

    styles: ClassVar = ("anatomy.css",)
    live: ClassVar = True

    def __init__(
        self, translator: Translator, name: str, root: ImagePart, reader: ImageReader
    ) -> None:
        super().__init__(translator)
        self.name = name
        self.root = root
        self._reader = reader
        self._parts = list(root.all())
        self._numbers = {id(part): number for number, part in enumerate(self._parts)}

    def caption(self) -> Markup:
        """What it is made of, and how attestations are to be read."""
        counts = {
            role: sum(part.role == role for part in self._parts)
            for role in ("manifest", "layer", "attestation", "missing")
        }
        sentences = [self.translator(f"anatomy.{self.root.role}_root", name=self.name, **counts)]
        sentences += [
            self.translator(f"anatomy.{role}_note")
            for role in ("attestation", "missing")
            if counts[role]
        ]
        return code_spans(" ".join(sentences))

    def picture(self, *, live: bool = False) -> Markup:
        """The diagram; static with the bytes of what was read already, live with all to ask for."""
        diagram = tag("ul", self._item(self.root, live=live), class_="diagram")
        if live:
            hint = tag("p", self.translator("anatomy.choose"), class_="quiet")
            return diagram + tag("div", hint, data_slot="bytes", aria_live="polite")
        read = (part for part in self._parts if part.content is not None)
        return join([diagram, [self._folded(part) for part in islice(read, 2)]])

    def answer(self, action: str, value: str) -> Mapping[str, Markup]:
        """The bytes of a part, or the files of a layer."""
        if action != "bytes":
            raise KeyError(action)
        return {"bytes": self._bytes(self._parts[int(value)])}

    def _item(self, part: ImagePart, *, live: bool) -> Markup:
        parts = [self._item(child, live=live) for child in part.parts]
        return tag("li", self._box(part, live=live), tag("ul", parts) if parts else None)

    def _box(self, part: ImagePart, *, live: bool) -> Markup:
        label = [
            tag("b", self.translator(f"anatomy.{part.role}")),
            [" ", tag("span", part.platform, class_="platform")] if part.platform else None,
            tag("span", " ", short_digest(part.digest), " ", self.translator.size(part.size)),
            tag("span", " ", part.media_type, class_="quiet media"),
        ]
        if not live or part.role == "missing":
            return tag("div", label, class_=f"box {part.role}")
        return tag(
            "button",
            label,
            type="button",
            class_=f"box {part.role}",
            aria_pressed="false",
            data_act="bytes",
            data_value=str(self._numbers[id(part)]),
        )

    def _folded(self, part: ImagePart) -> Markup:
        return tag("details", tag("summary", self._title(part)), tag("pre", self._text(part)))

    def _bytes(self, part: ImagePart) -> Markup:
        shown = self._files(part) if part.role == "layer" else tag("pre", self._text(part))
        return tag("h4", self._title(part)) + shown

    def _title(self, part: ImagePart) -> Markup:
        role = self.translator(f"anatomy.{part.role}")
        key = "anatomy.files_of" if part.role == "layer" else "anatomy.bytes_of"
        size = self.translator.size(part.size)
        return join([self.translator(key, role=role, size=size), " ", short_digest(part.digest)])

    def _text(self, part: ImagePart) -> str:
        content = self._reader.content(part).decode("utf-8", "replace")
        with suppress(ValueError):  # what is not JSON is shown as it is
            content = json.dumps(json.loads(content), indent=2, ensure_ascii=False)
        return content if len(content) <= TEXT else f"{content[:TEXT]}…"

    def _files(self, part: ImagePart) -> Markup:
        files = self._reader.files(part)
        return tag("div", files_html(self.translator, files), class_="files")
