"""The container engine: finding one, and using it through its Docker API.

One code path serves Docker, Podman's Docker API and every other engine that speaks it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regnb.engine.containers import OWNER_LABEL, Container, PublishedPort
    from regnb.engine.engine import Engine
    from regnb.engine.find import find_engine
    from regnb.engine.local_images import LocalImage
    from regnb.engine.progress import Progress

__all__ = [
    "OWNER_LABEL",
    "Container",
    "Engine",
    "LocalImage",
    "Progress",
    "PublishedPort",
    "find_engine",
]

_MODULES = {
    "OWNER_LABEL": "containers",
    "Container": "containers",
    "Engine": "engine",
    "LocalImage": "local_images",
    "Progress": "progress",
    "PublishedPort": "containers",
    "find_engine": "find",
}


def __getattr__(name: str) -> object:
    """Load what is asked for: the embedded engine lives below and starts without Docker's SDK."""
    if name not in _MODULES:
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
