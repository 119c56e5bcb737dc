"""An inventory as columns: compact, since a registry may have hundreds of thousands of tags."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from sys import intern
from typing import TYPE_CHECKING

from regnb.errors import RegnbError
from regnb.inventory.contents import TagFacts

if TYPE_CHECKING:
    import pandas as pd


class Sharing:
    """Counts what several users have of the same contents; compact, and each user is added once."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._sizes = array("q")
        self._users = array("q")

    def add(self, contents: Iterable[tuple[bytes, int]]) -> array[int]:
        """The numbers of the contents of one more user, given by digest and size in bytes."""
        return array("I", map(self._number, contents))

    def size(self, numbers: Iterable[int], *, unique: bool = False) -> int:
        """Bytes of the contents of a user; `unique`: of those that no other user has."""
        sizes, users = self._sizes, self._users
        return sum(sizes[one] for one in numbers if not unique or users[one] == 1)

    def close(self) -> None:
        """Take in no more: a third of the memory is free for what comes next."""
        self._numbers = {}

    def _number(self, content: tuple[bytes, int]) -> int:
        number = self._numbers.setdefault(content[0], len(self._sizes))
        if number == len(self._sizes):
            self._sizes.append(content[1])
            self._users.append(0)
        self._users[number] += 1
        return number


@dataclass
class Inventory:
    """The facts of many tags, column by column; what tags share is known when all are added."""

    repository: list[str] = field(default_factory=list)
    tag: list[str] = field(default_factory=list)
    digest: list[str] = field(default_factory=list)
    media_type: list[str] = field(default_factory=list)
    platforms: list[tuple[str, ...]] = field(default_factory=list)
    created: list[datetime | None] = field(default_factory=list)
    layers: list[int | None] = field(default_factory=list)
    problem: list[RegnbError | None] = field(default_factory=list)
    _sharing: Sharing = field(default_factory=Sharing)
    _same: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    _blobs: list[array[int] | None] = field(default_factory=list)

    @classmethod
    def of(cls, facts: Iterable[TagFacts]) -> Inventory:
        """All of `facts`."""
        inventory = cls()
        for row in facts:
            inventory.add(row)
        inventory._sharing.close()
        return inventory

    def add(self, row: TagFacts) -> None:
        """Take in one more tag."""
        self.repository.append(row.repository)
        self.tag.append(intern(row.tag))
        self.digest.append(row.digest)
        self.media_type.append(row.media_type)
        self.platforms.append(self._same.setdefault(row.platforms, row.platforms))
        self.created.append(row.created)
        self.layers.append(row.layers)
        self.problem.append(row.problem)
        self._blobs.append(self._sharing.add(row.blobs) if row.digest else None)

    def __len__(self) -> int:
        return len(self.tag)

    def order(self) -> list[int]:
        """The numbers of the rows, sorted by repository and tag."""
        return sorted(range(len(self)), key=lambda row: (self.repository[row], self.tag[row]))

    def size(self, row: int, *, unique: bool = False) -> int | None:
        """Bytes of the contents of a row; `unique`: of those that no other tag has."""
        blobs = self._blobs[row]
        return None if blobs is None else self._sharing.size(blobs, unique=unique)

    def shared(self, row: int) -> int | None:
        """Bytes of the contents of a row that other tags have too."""
        whole, own = self.size(row), self.size(row, unique=True)
        return None if whole is None or own is None else whole - own


DTYPES = {
    "repository": "str",
    "tag": "str",
    "digest": "str",
    "media_type": "str",
    "platforms": "object",
    "created": "datetime64[us, UTC]",
    "size_bytes": "Int64",
    "layers": "Int64",
    "unique_bytes": "Int64",
    "shared_bytes": "Int64",
    "problem": "str",
}


def frame_of(inventory: Inventory, tell: Callable[[RegnbError], str] = str) -> pd.DataFrame:
    """One row for each tag, sorted; `tell` words a problem. See `inventory`."""
    import pandas as pd  # noqa: PLC0415 - a client without an inventory does without it

    rows = inventory.order()
    columns: dict[str, Callable[[int], object]] = {
        "repository": inventory.repository.__getitem__,
        "tag": inventory.tag.__getitem__,
        "digest": inventory.digest.__getitem__,
        "media_type": inventory.media_type.__getitem__,
        "platforms": inventory.platforms.__getitem__,
        "created": inventory.created.__getitem__,
        "size_bytes": inventory.size,
        "layers": inventory.layers.__getitem__,
        "unique_bytes": lambda row: inventory.size(row, unique=True),
        "shared_bytes": inventory.shared,
        "problem": lambda row: tell(problem) if (problem := inventory.problem[row]) else "",
    }
    # One column after the other: their lists are large.
    series = {
        name: pd.Series([value(row) for row in rows], dtype=DTYPES[name])
        for name, value in columns.items()
    }
    return pd.DataFrame(series, copy=False)
