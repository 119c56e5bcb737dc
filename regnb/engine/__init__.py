"""The container engine: finding one, and using it through its Docker API.

One code path serves Docker, Podman's Docker API and every other engine that speaks it.
"""

from __future__ import annotations

from regnb.engine.containers import OWNER_LABEL, Container, PublishedPort
from regnb.engine.engine import Engine
from regnb.engine.find import find_engine
from regnb.engine.images import LocalImage
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
