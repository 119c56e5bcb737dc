"""The inventory as a pandas DataFrame."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from regnb.errors import RegnbError
from regnb.inventory.columns import Inventory

if TYPE_CHECKING:
    import pandas as pd

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
