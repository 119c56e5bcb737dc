"""A tree of files as nested lists, each entry with the sign of its change, a word, and its size."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from regnb.analysis.files import Node
from regnb.i18n import Translator
from regnb.widgets.html import Child, tag
from regnb.widgets.pieces import rest

SIGNS = {"added": "+", "changed": "~", "deleted": "−", "kept": " "}
OPEN = 12  # entries of a directory that is open from the start
BUDGET = 120  # entries of one tree; more is asked for
MOST = 400  # entries of one directory; more would freeze the browser


@dataclass
class FileTree:
    """Draws one tree; `key` tells it from others, and numbers its nodes for `node`."""

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
        return tag("ul", items) + rest(self.translator, len(node.children) - len(shown))

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
