"""The whole registry at once: every tag, by many connections, with a memory on disk."""

from __future__ import annotations

from regnb.registry.inventory.cache import default_path
from regnb.registry.inventory.columns import Inventory
from regnb.registry.inventory.contents import Child, TagContents
from regnb.registry.inventory.frame import DTYPES, frame_of
from regnb.registry.inventory.methods import InventoryMethods, WalkOptions
from regnb.registry.inventory.store import files_of
from regnb.registry.inventory.walk import OnCount

__all__ = [
    "DTYPES",
    "Child",
    "Inventory",
    "InventoryMethods",
    "OnCount",
    "TagContents",
    "WalkOptions",
    "default_path",
    "files_of",
    "frame_of",
]
