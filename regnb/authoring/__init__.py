"""Builds the notebooks from their sources, and checks them."""

from __future__ import annotations

from regnb.authoring.builder import RunningCell, build_chapter
from regnb.authoring.chapter import Chapter, Code, Prose, read_chapter
from regnb.authoring.notebook_files import notebook_path, source_paths
from regnb.authoring.rules import problems_of
from regnb.authoring.stored_notebooks import notebooks_without_source, problems_of_chapter

__all__ = [
    "Chapter",
    "Code",
    "Prose",
    "RunningCell",
    "build_chapter",
    "notebook_path",
    "notebooks_without_source",
    "problems_of",
    "problems_of_chapter",
    "read_chapter",
    "source_paths",
]
