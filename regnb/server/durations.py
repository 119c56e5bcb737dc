"""Durations as Go writes them: `500ms`, `1m30s`, or a number of nanoseconds."""

from __future__ import annotations

import re

from regnb.errors import InvalidConfiguration

_UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ns|us|ms|s|m|h)", re.ASCII)


def seconds_of(value: object, setting: str) -> float:
    """The duration `value` in seconds; raises InvalidConfiguration that names `setting`."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value * 1e-9
    text = str(value)
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise InvalidConfiguration(setting, f"`{text}` is not a duration such as `5s`")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
