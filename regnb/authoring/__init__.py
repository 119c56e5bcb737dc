"""Builds the notebooks from their sources, and checks them."""

from __future__ import annotations

from regnb.authoring.build import build_chapter
from regnb.authoring.chapter import Chapter, Code, Prose, read_chapter
from regnb.authoring.layout import notebook_path, source_paths
from regnb.authoring.rules import problems_of

__all__ = [
    "Chapter",
    "Code",
    "Prose",
    "build_chapter",
    "notebook_path",
    "problems_of",
    "read_chapter",
    "source_paths",
]
