"""The rules that make outputs comparable, read as nbval reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode
from nbval.plugin import get_sanitize_patterns

# For the engine that the outputs come from, and for every other one.
STRICT = Path(__file__).parent / "sanitize.cfg"
DOCKER = Path(__file__).parent / "sanitize_docker.cfg"


def rules(sanitizer: Path) -> list[tuple[str, str]]:
    """Regular expression and replacement of each rule, in order."""
    return list(get_sanitize_patterns(sanitizer.read_text("ascii")))


def rules_that_match(text: str, sanitizer: Path) -> Iterator[str]:
    """Regular expressions of the rules that change `text`, each after those before it."""
    for regex, replacement in rules(sanitizer):
        replaced = re.sub(regex, replacement, text)
        if replaced != text:
            yield regex
        text = replaced


def sanitized(text: str, sanitizer: Path) -> str:
    """`text` as nbval compares it."""
    for regex, replacement in rules(sanitizer):
        text = re.sub(regex, replacement, text)
    return text


def texts(output: NotebookNode) -> Iterator[str]:
    """The texts of `output` that nbval compares."""
    values = {**output, **output.get("data", {})}
    skipped = {"data", "metadata", "output_type", "name", "traceback", "execution_count"}
    yield from (text for key, text in values.items() if key not in skipped)
