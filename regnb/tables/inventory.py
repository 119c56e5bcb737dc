"""The whole registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regnb.tables.table import Table

if TYPE_CHECKING:
    import pandas as pd


def inventory_table(frame: pd.DataFrame, *, language: str) -> Table:
    """The frame of `RegistryClient.inventory`, shown in `language`."""
    table = Table(frame)
    table.language = language
    return table
