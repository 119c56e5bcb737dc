"""The files of an image: what each layer changes in those below, and the bytes that it wastes.

They are read while the layers stream; no layer is held. Waste is counted as dive does
(https://github.com/wagoodman/dive): a path that several layers hold, or that one deletes, is
inefficient with all its bytes, the ones in use too; the score is the part that the smallest copies
would be. Other than dive, a deleted directory counts as all the files in it, which is what its
rule says.

https://github.com/opencontainers/image-spec/blob/main/layer.md#applying-changesets
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from regnb.analysis.layer_files import (
    DIRECTORY,
    FILE,
    HARD_LINK,
    METADATA,
    OPAQUE,
    SYMLINK,
    WHITEOUT,
    LayerFile,
    read_layer,
)
from regnb.oci import Layer
from regnb.registry import RegistryClient

# As many as Linux follows.
_MAX_LINKS = 40
State = Literal["added", "changed", "deleted", "kept"]


@dataclass(slots=True)
class WastefulPath:
    """A path in several layers: how often it was stored or deleted, and its bytes in all."""

    path: str
    copies: int = 0
    size: int = 0
    smallest: int = 0


class Waste:
    """Takes what layers store and delete, in their order."""

    def __init__(self) -> None:
        self._paths: dict[str, WastefulPath] = {}

    def stored(self, path: str, size: int) -> None:
        """A layer holds `size` bytes for `path`."""
        known = self._paths.get(path)
        if known is None:
            known = self._paths[path] = WastefulPath(path, smallest=size)
        known.copies += 1
        known.size += size
        known.smallest = min(known.smallest, size)

    def deleted(self, path: str) -> None:
        """A layer hides `path`."""
        self.stored(path, 0)

    def paths(self) -> list[WastefulPath]:
        """The inefficient paths that have bytes, largest first."""
        found = (item for item in self._paths.values() if item.copies > 1 and item.size)
        return sorted(found, key=lambda item: (-item.size, item.path))

    @property
    def inefficient(self) -> int:
        """Bytes of the inefficient paths."""
        return sum(item.size for item in self.paths())

    @property
    def score(self) -> float:
        """From 0 to 1, where 1 is an image that stores no path twice."""
        smallest = sum(item.smallest for item in self._paths.values())
        return smallest / self.stored_bytes if self.stored_bytes else 1.0

    @property
    def stored_bytes(self) -> int:
        """Bytes of files in all layers."""
        return sum(item.size for item in self._paths.values())


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of a layer against the layers below.

    A directory that was there is `kept`: layers list it again for the sake of what is in it. A
    deletion has the kind of what is gone, and `is_opaque` when all of a directory is. `hidden` is
    what of the layers below it hides, in bytes.
    """

    path: str
    kind: str
    state: State
    size: int = 0
    hidden: int = 0
    mode: int = 0
    link_target: str = ""
    is_opaque: bool = False


@dataclass
class FileSystem:
    """The files of the layers that were stacked so far, and what they wasted."""

    waste: Waste = field(default_factory=Waste)
    _files: dict[str, LayerFile] = field(default_factory=dict)
    _children: dict[str, set[str]] = field(default_factory=dict)
    # The name that has the bytes of a hard link, and the links of that name.
    _first: dict[str, str] = field(default_factory=dict)
    _links: dict[str, set[str]] = field(default_factory=dict)

    def stack(self, layer: Iterable[LayerFile]) -> list[Change]:
        """What the entries of the next `layer` change, sorted by path."""
        entries = [item for item in layer if item.kind != METADATA and not item.is_outside]
        # They speak of the layers below, wherever they stand in their own.
        changes = [
            change
            for item in entries
            if item.kind in {WHITEOUT, OPAQUE}
            for change in self._deletions(replace(item, path=self._resolved(item)))
        ]
        below = {item.path for item in entries if item.path in self._files}
        changes += [
            self._add(item, below) for item in entries if item.kind not in {WHITEOUT, OPAQUE}
        ]
        return sorted(changes, key=lambda change: change.path)

    @property
    def size(self) -> int:
        """Bytes of the files that are there."""
        return sum(item.size for item in self._files.values())

    def _resolved(self, item: LayerFile) -> str:
        """The path of a deletion, through the symlinks of the layers below."""
        folder, name = posixpath.split(item.path) if item.kind == WHITEOUT else (item.path, "")
        for _ in range(_MAX_LINKS):
            parts = folder.split("/")
            for count in range(1, len(parts) + 1):
                known = self._files.get(path := "/".join(parts[:count]))
                if known and known.kind == SYMLINK:
                    target = posixpath.join("/", posixpath.dirname(path), known.link_target)
                    folder = posixpath.join(target, *parts[count:])
                    folder = posixpath.normpath(folder).lstrip("/")
                    break
            else:
                break
        return posixpath.join(folder, name) if name else folder or "."

    def _deletions(self, item: LayerFile) -> Iterator[Change]:
        if item.kind == WHITEOUT:
            gone = self._files.get(item.path)
            # The whiteout of what was never there hides nothing.
            kind = gone.kind if gone else WHITEOUT
            yield Change(item.path, kind, "deleted", hidden=self._remove(item.path))
            return
        children = sorted(self._children.get(item.path, ()))
        hidden = sum(self._remove(child) for child in children)
        yield Change(item.path, DIRECTORY, "deleted", hidden=hidden, is_opaque=True)

    def _add(self, item: LayerFile, below: set[str]) -> Change:
        known = self._files.get(item.path)
        is_directory = item.kind == DIRECTORY
        state: State = "changed" if item.path in below else "added"
        hidden = 0
        if known and is_directory and known.kind == DIRECTORY:
            state = "kept" if known.mode == item.mode else state
        elif known:
            hidden = self._remove(item.path, replaced=True)
        self._files[item.path] = item
        self._children.setdefault(_parent(item.path), set()).add(item.path)
        if item.kind == HARD_LINK:
            first = posixpath.normpath(item.link_target.lstrip("/"))
            first = self._first[item.path] = self._first.get(first, first)
            self._links.setdefault(first, set()).add(item.path)
        if not is_directory:
            self.waste.stored(item.path, item.size)
        return Change(item.path, item.kind, state, item.size, hidden, item.mode, item.link_target)

    def _remove(self, path: str, *, replaced: bool = False) -> int:
        """Take away `path` with all in it; the bytes that are hidden by that."""
        hidden = sum(self._remove(child) for child in self._children.pop(path, ()) if child != path)
        self._children.get(_parent(path), set()).discard(path)
        gone = self._files.pop(path, None)
        if gone is None or gone.kind == DIRECTORY:
            return hidden
        if not replaced:
            self.waste.deleted(path)
        return hidden + (0 if self._inherited(gone) else gone.size)

    def _inherited(self, gone: LayerFile) -> bool:
        """Whether another name keeps the bytes of `gone`."""
        self._first.pop(gone.path, None)
        names = [one for one in self._links.pop(gone.path, ()) if self._first.get(one) == gone.path]
        if not names:
            return False
        heir = min(names)
        self._files[heir] = replace(self._files[heir], kind=FILE, size=gone.size)
        self._first |= dict.fromkeys(names, heir)
        del self._first[heir]
        self._links[heir] = set(names) - {heir}
        return True


def _parent(path: str) -> str:
    return path.rpartition("/")[0] or "."


@dataclass(frozen=True, slots=True)
class LayerChanges:
    """What one layer changes, sorted by path."""

    layer: Layer
    changes: tuple[Change, ...]

    @property
    def size(self) -> int:
        """Bytes of its files, unpacked."""
        return sum(change.size for change in self.changes)

    def count(self, state: str) -> int:
        """How many entries are `state`."""
        return sum(change.state == state for change in self.changes)


@dataclass(frozen=True)
class ImageFiles:
    """The layers, oldest first; `visible` are the bytes of the files that a container sees."""

    layers: tuple[LayerChanges, ...]
    waste: Waste
    visible: int

    @property
    def hidden(self) -> int:
        """Bytes in the layers that no container sees: files that were replaced or deleted."""
        return self.waste.stored_bytes - self.visible


def image_files(client: RegistryClient, repository: str, layers: Sequence[Layer]) -> ImageFiles:
    """What `layers` hold, oldest first. Raises InvalidLayer, BlobNotFound, DigestMismatch."""
    files = FileSystem()
    found = [
        LayerChanges(
            layer, tuple(files.stack(read_layer(client.stream_blob(repository, layer.digest))))
        )
        for layer in layers
    ]
    return ImageFiles(tuple(found), files.waste, files.size)


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
