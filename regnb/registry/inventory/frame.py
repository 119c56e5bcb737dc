"""The inventory as a pandas DataFrame."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from regnb.errors import RegnbError
from regnb.registry.inventory.columns import Inventory

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
    """One row for each tag, sorted; `tell` words a problem. See `RegistryClient.inventory`."""
    import pandas as pd  # noqa: PLC0415 - a client without an inventory does without it

    rows = inventory.order()
    sizes = [inventory.size(row) for row in rows]
    unique = [inventory.size(row, unique=True) for row in rows]
    shared = [
        None if whole is None or own is None else whole - own
        for whole, own in zip(sizes, unique, strict=True)
    ]
    problems = [inventory.problem[row] for row in rows]
    columns: dict[str, list[object]] = {
        "repository": [inventory.repository[row] for row in rows],
        "tag": [inventory.tag[row] for row in rows],
        "digest": [inventory.digest[row] for row in rows],
        "media_type": [inventory.media_type[row] for row in rows],
        "platforms": [inventory.platforms[row] for row in rows],
        "created": [inventory.created[row] for row in rows],
        "size_bytes": list(sizes),
        "layers": [inventory.layers[row] for row in rows],
        "unique_bytes": list(unique),
        "shared_bytes": list(shared),
        "problem": [tell(problem) if problem else "" for problem in problems],
    }
    return pd.DataFrame(
        {name: pd.Series(values, dtype=DTYPES[name]) for name, values in columns.items()}
    )
