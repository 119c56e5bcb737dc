"""The rules that make outputs comparable, read as nbval reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode
from nbval.plugin import get_sanitize_patterns

SANITIZER = Path(__file__).parent / "sanitize.cfg"


def rules() -> list[tuple[str, str]]:
    """Regular expression and replacement of each rule, in order."""
    return list(get_sanitize_patterns(SANITIZER.read_text("ascii")))


def rules_that_match(text: str) -> Iterator[str]:
    """Regular expressions of the rules that change `text`, each after those before it."""
    for regex, replacement in rules():
        replaced = re.sub(regex, replacement, text)
        if replaced != text:
            yield regex
        text = replaced


def sanitized(text: str) -> str:
    """`text` as nbval compares it."""
    for regex, replacement in rules():
        text = re.sub(regex, replacement, text)
    return text


def texts(output: NotebookNode) -> Iterator[str]:
    """The texts of `output` that nbval compares."""
    values = {**output, **output.get("data", {})}
    skipped = {"data", "metadata", "output_type", "name", "traceback", "execution_count"}
    yield from (text for key, text in values.items() if key not in skipped)
