"""One value as a reader expects it."""

from __future__ import annotations

import re
from datetime import datetime
from numbers import Integral

import pandas as pd

from regnb.i18n import Translator

MAX_TEXT = 72
MAX_USERS = 8
# Columns of images that use a content: in a large registry, thousands.
_USERS = frozenset({"shared_with", "used_by"})
# Columns of whole sentences, which are never cut.
_SENTENCES = frozenset({"finding", "mend"})
# Digests, and the bare IDs of containers.
_DIGEST = re.compile(r"\b(?:sha(?:256|512):)?([0-9a-f]{12})[0-9a-f]{52,}\b")
# What the classic builder writes before an instruction that is not RUN.
_NO_OPERATION = re.compile(r"^/bin/sh -c #\(nop\) +")


def format_cell(translator: Translator, column: str, value: object) -> str:
    """`value` of `column` as text in the translator's language."""
    if isinstance(value, list | tuple):
        shown = value[:MAX_USERS] if column in _USERS else value
        texts = [format_cell(translator, column, item) for item in shown]
        more = len(value) - len(shown)
        return ", ".join([*texts, f"+ {more}"] if more else texts)
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, bool):
        return translator("tables.yes" if value else "tables.no")
    if column.endswith("_bytes") and isinstance(value, Integral):
        return translator.size(int(value))
    if isinstance(value, datetime):
        return translator.ago(value)
    word = f"words.{column}.{value}"
    text = str(value) if column in _SENTENCES else shorten(str(value))
    return translator(word) if translator.has(word) else text


def shorten(text: str) -> str:
    """`text` with digests cut to twelve digits, and on one line of at most 72 characters."""
    text = _NO_OPERATION.sub("", text)
    text = " ".join(_DIGEST.sub(r"\1", text).split())
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"
