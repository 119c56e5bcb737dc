"""The bytes of layers that nobody sees, counted as dive does (https://github.com/wagoodman/dive).

A path that several layers hold, or that one deletes, is inefficient with all its bytes, the ones
in use too; the score is the part that the smallest copies would be. Other than dive, a deleted
directory counts as all the files in it, which is what its rule says.
"""

from __future__ import annotations

from dataclasses import dataclass


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
