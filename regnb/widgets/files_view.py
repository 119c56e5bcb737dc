"""The files of an image: what each layer adds, changes and deletes, and what that wastes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from markupsafe import Markup

from regnb.analysis.files import ImageFiles, LayerChanges, Node, tree_of
from regnb.i18n import Translator
from regnb.tables.registry_tables import files_table
from regnb.tables.table import Table, shorten
from regnb.widgets.base_view import View
from regnb.widgets.html import (
    Child,
    code_spans,
    first_rows,
    join,
    number_cell,
    rows_left,
    share_bar,
    short_digest,
    tag,
)

SIGNS = {"added": "+", "changed": "~", "deleted": "−", "kept": " "}
OPEN = 12  # entries of a directory that is open from the start
BUDGET = 120  # entries of one tree; more is asked for
MOST = 400  # entries of one directory; more would freeze the browser


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
        return code_spans(f"{seen} {self.translator(key, size=size(files.hidden))}")

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
            tag("span", share_bar(layer.size, of=largest), class_="narrow"),
            tag("span", self.translator.size(layer.size), class_="number"),
            tag("span", counts, class_="counts quiet"),
            tag("span", short_digest(layer.layer.digest), class_="quiet"),
        )
        tree = self._trees[position - 1].draw(live=live)
        is_open = len(layer.changes) <= OPEN
        key = f"layer-{position}"
        return tag("details", heading, tree, data_key=key, class_="layer", open=is_open)

    def _waste(self) -> Markup | None:
        waste, text, size = self.files.waste, self.translator, self.translator.size
        if not waste.paths():
            return None
        score = {"score": text.percent(waste.score), "size": size(waste.inefficient)}
        heads = (text("columns.path"), f"#{text('files.copies')}", f"#{text('columns.size_bytes')}")
        paths = first_rows(
            text,
            heads,
            waste.paths(),
            lambda item: [
                tag("td", tag("code", item.path)),
                number_cell(str(item.copies)),
                number_cell(size(item.size)),
            ],
        )
        sentence = tag("p", text("files.score", **score))
        return tag("section", tag("h4", text("files.waste")), sentence, paths)


@dataclass
class FileTree:
    """Draws one tree; `key` sets it apart from others, and numbers its nodes for `node`."""

    translator: Translator
    root: Node
    key: str

    def __post_init__(self) -> None:
        self._nodes = list(self.root.all())
        self._numbers = {id(node): number for number, node in enumerate(self._nodes)}
        self._left = BUDGET

    def draw(self, *, live: bool) -> Markup:
        """The tree, as far as it goes; live, the rest can be asked for."""
        self._left = BUDGET
        own = self._entry(self.root) if self.root.change else None
        return tag("div", tag("p", own) if own else None, self._list(self.root, live=live))

    def inside(self, number: int) -> Markup:
        """What is in the directory of that number."""
        self._left = BUDGET
        return self._list(self._nodes[number], live=True)

    def _list(self, node: Node, *, live: bool) -> Markup:
        shown = node.children[:MOST]
        self._left -= len(shown)
        items = [tag("li", self._item(child, live=live)) for child in shown]
        return tag("ul", items) + rows_left(self.translator, len(node.children) - len(shown))

    def _item(self, node: Node, *, live: bool) -> Child:
        if not node.children:
            return self._entry(node)
        inside = (
            self._list(node, live=live)
            if len(node.children) <= self._left
            else self._further(node, live=live)
        )
        key = f"{self.key}-{self._numbers[id(node)]}"
        summary = tag("summary", self._entry(node))
        return tag("details", summary, inside, data_key=key, open=node.count <= OPEN)

    def _further(self, node: Node, *, live: bool) -> Markup:
        count = self.translator("files.entries", count=node.count)
        if not live:
            return tag("p", f"… {count}", class_="quiet")
        value = f"{self.key}-{self._numbers[id(node)]}"
        button = tag("button", count, type="button", data_act="open", data_value=value)
        return tag("div", button, data_slot=value, aria_live="polite")

    def _entry(self, node: Node) -> list[Child]:
        change = node.change
        state = change.state if change else "kept"
        word = self.translator(f"files.{state}") if state != "kept" else None
        mark = tag("span", SIGNS[state], class_="mark", title=word, aria_label=word, role="img")
        is_directory = node.children or (change and change.kind == "directory")
        name = tag("code", f"{node.name}/" if is_directory else node.name)
        shown: list[Child] = [tag("span", mark, name, class_=state), " "]
        return [*shown, tag("span", self._facts(node), class_="quiet")]

    def _facts(self, node: Node) -> str:
        change, size, text = node.change, self.translator.size, self.translator
        facts = []
        if change and change.is_opaque:
            facts.append(text("files.opaque"))
        if change and change.link_target:
            facts.append(f"→ {change.link_target}")
        elif node.size or not (node.children or (change and change.state == "deleted")):
            facts.append(size(node.size))
        if change and change.hidden:
            facts.append(text("files.hides", size=size(change.hidden)))
        return ", ".join(facts)
