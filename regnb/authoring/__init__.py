"""Builds the notebooks from their sources, and checks them."""

from __future__ import annotations

from regnb.authoring.build import Step, build_chapter
from regnb.authoring.chapter import Chapter, Code, Prose, read_chapter
from regnb.authoring.check import notebooks_without_source, problems_of_chapter
from regnb.authoring.layout import notebook_path, source_paths
from regnb.authoring.rules import problems_of

__all__ = [
    "Chapter",
    "Code",
    "Prose",
    "Step",
    "build_chapter",
    "notebook_path",
    "notebooks_without_source",
    "problems_of",
    "problems_of_chapter",
    "read_chapter",
    "source_paths",
]
