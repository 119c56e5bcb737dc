"""The settings of a registry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    """What a registry is told; the defaults are Distribution's."""

    address: str = "127.0.0.1:5000"
    storage_directory: str = ""
    delete_enabled: bool = False
    read_only: bool = False
