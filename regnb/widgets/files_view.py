"""The files of an image: what each layer adds, changes and deletes, and what that wastes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import ClassVar

from markupsafe import Markup

from regnb.analysis.files import ImageFiles, LayerChanges, State, tree_of
from regnb.i18n import Translator
from regnb.tables import Table, files_table
from regnb.tables.table import shorten
from regnb.widgets.base_view import View
from regnb.widgets.file_tree import OPEN, SIGNS, FileTree
from regnb.widgets.html import join, tag
from regnb.widgets.pieces import number, share, short, spans, table


class Files(View):
    """The data is in `files`; `table` has every entry of every layer."""

    styles: ClassVar = ("files.css",)
    live: ClassVar = True

    def __init__(self, translator: Translator, name: str, files: ImageFiles) -> None:
        super().__init__(translator)
        self.name = name
        self.files = files

    @property
    def table(self) -> Table:
        """Every entry of every layer, one row per entry."""
        return files_table(self.translator, self.files)

    def caption(self) -> Markup:
        """What a container sees, and what the layers hold besides."""
        files, size = self.files, self.translator.size
        seen = self.translator(
            "files.seen", name=self.name, count=len(files.layers), size=size(files.visible)
        )
        key = "files.hidden" if files.hidden else "files.nothing_hidden"
        return spans(f"{seen} {self.translator(key, size=size(files.hidden))}")

    def picture(self, *, live: bool = False) -> Markup:
        """The signs, a tree for each layer, and the paths that waste."""
        signs = [
            tag(
                "span",
                tag("b", SIGNS[state], class_="mark"),
                " ",
                self.translator(f"files.{state}"),
            )
            for state in ("added", "changed", "deleted")
        ]
        layers = [
            self._layer(number, layer, live=live)
            for number, layer in enumerate(self.files.layers, start=1)
        ]
        return join([tag("p", signs, class_="signs quiet"), layers, self._waste()])

    def answer(self, action: str, value: str) -> Mapping[str, Markup]:
        """What is in a directory."""
        if action != "open":
            raise KeyError(action)
        layer, node = value.split("-")
        return {value: self._trees[int(layer) - 1].inside(int(node))}

    @cached_property
    def _trees(self) -> list[FileTree]:
        return [
            FileTree(self.translator, tree_of(layer.changes), str(number))
            for number, layer in enumerate(self.files.layers, start=1)
        ]

    def _layer(self, position: int, layer: LayerChanges, *, live: bool) -> Markup:
        largest = max(item.size for item in self.files.layers)
        counts = [
            tag(
                "span",
                f"{SIGNS[state]} {layer.count(state)}",
                title=self.translator(f"files.{state}"),
            )
            for state in ("added", "changed", "deleted")
            if layer.count(state)
        ]
        heading = tag(
            "summary",
            tag("b", f"{position}"),
            tag("span", shorten(layer.layer.created_by), class_="instruction"),
            tag("span", share(layer.size, of=largest), class_="narrow"),
            tag("span", self.translator.size(layer.size), class_="number"),
            tag("span", counts, class_="counts quiet"),
            tag("span", short(layer.layer.digest), class_="quiet"),
        )
        tree = self._trees[position - 1].draw(live=live)
        is_open = len(layer.changes) <= OPEN
        key = f"layer-{position}"
        return tag("details", heading, tree, data_key=key, class_="layer", open=is_open)

    def _signs(self) -> list[tuple[str, str, State]]:
        states: tuple[State, ...] = ("added", "changed", "deleted")
        return [(SIGNS[state], self.translator(f"files.{state}"), state) for state in states]

    def _waste(self) -> Markup | None:
        waste, text, size = self.files.waste, self.translator, self.translator.size
        if not waste.paths():
            return None
        score = {"score": text.percent(waste.score), "size": size(waste.inefficient)}
        heads = (text("columns.path"), f"#{text('files.copies')}", f"#{text('columns.size_bytes')}")
        paths = table(
            text,
            heads,
            waste.paths(),
            lambda item: [
                tag("td", tag("code", item.path)),
                number(str(item.copies)),
                number(size(item.size)),
            ],
        )
        sentence = tag("p", text("files.score", **score))
        return tag("section", tag("h4", text("files.waste")), sentence, paths)
