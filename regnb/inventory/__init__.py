"""The whole registry at once: every tag, by many connections, with a memory on disk."""

from __future__ import annotations

from regnb.inventory.cache import default_path
from regnb.inventory.columns import Inventory, Sharing, frame_of
from regnb.inventory.contents import Content, ContentKind, TagContents, TagName
from regnb.inventory.database import files_of
from regnb.inventory.walk import CONNECTIONS, OnCount, inventory, tag_contents

__all__ = [
    "CONNECTIONS",
    "Content",
    "ContentKind",
    "Inventory",
    "OnCount",
    "Sharing",
    "TagContents",
    "TagName",
    "default_path",
    "files_of",
    "frame_of",
    "inventory",
    "tag_contents",
]
