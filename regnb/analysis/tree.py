"""Changes of a layer as a tree of directories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from regnb.analysis.changes import Change


@dataclass(slots=True)
class Node:
    """A path of the tree; `change` is None for a directory that the layer itself does not list.

    `name` is the path from the node above: directories with a single entry are one node together.
    """

    path: str
    name: str
    change: Change | None = None
    children: list[Node] = field(default_factory=list)

    def all(self) -> Iterator[Node]:
        """This node and all below it, each before what is in it."""
        yield self
        for child in self.children:
            yield from child.all()

    @property
    def size(self) -> int:
        """Bytes of the files in it."""
        return sum(node.change.size for node in self.all() if node.change)

    @property
    def count(self) -> int:
        """How many paths are below it."""
        return sum(1 for _ in self.all()) - 1


def tree_of(changes: Iterable[Change]) -> Node:
    """The root of the tree of `changes`, children sorted by name."""
    root = Node(".", ".")
    nodes = {".": root}
    for change in changes:
        node = _node(nodes, change.path)
        # A directory that is emptied and filled again in one layer is one node that says both.
        if node.change is None or change.state == "deleted":
            node.change = change
    _join_single(root)
    return root


def _node(nodes: dict[str, Node], path: str) -> Node:
    if path not in nodes:
        folder, _, name = path.rpartition("/")
        node = nodes[path] = Node(path, name)
        _node(nodes, folder or ".").children.append(node)
    return nodes[path]


def _join_single(node: Node) -> None:
    node.children.sort(key=lambda child: child.name)
    for child in node.children:
        _join_single(child)
    if node.path != "." and len(node.children) == 1 and _says_nothing(node):
        (only,) = node.children
        node.path, node.name = only.path, f"{node.name}/{only.name}"
        node.change, node.children = only.change, only.children


def _says_nothing(node: Node) -> bool:
    return node.change is None or node.change.state == "kept"
