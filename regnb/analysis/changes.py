"""What each layer of an image changes in the files of those below, and the bytes that it wastes.

https://github.com/opencontainers/image-spec/blob/main/layer.md#applying-changesets
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from regnb.analysis.layer_files import DIRECTORY, METADATA, OPAQUE, WHITEOUT, LayerFile
from regnb.analysis.waste import Waste

State = Literal["added", "changed", "deleted", "kept"]


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

    def stack(self, layer: Iterable[LayerFile]) -> list[Change]:
        """What the entries of the next `layer` change, sorted by path."""
        entries = [item for item in layer if item.kind != METADATA and not item.is_outside]
        # They speak of the layers below, wherever they stand in their own.
        changes = [
            change
            for item in entries
            if item.kind in {WHITEOUT, OPAQUE}
            for change in self._deletions(item)
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
        return hidden + gone.size


def _parent(path: str) -> str:
    return path.rpartition("/")[0] or "."
