"""Times and durations in queries of the API, as Go reads them.

https://github.com/moby/moby/blob/v28.5.2/api/types/time/timestamp.go
"""

from __future__ import annotations

import re
import time
from datetime import datetime

from regnb.embedded.refusal import bad_request

_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_DURATION = re.compile(rf"[+-]?(?:{_PART.pattern})+", re.ASCII)
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)(T\d\d(?::\d\d(?::\d\d(?:\.\d{1,9})?)?)?)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_SECONDS = re.compile(r"\d{1,18}(\.\d{1,9})?", re.ASCII)


def timestamp(text: str) -> float:
    """Seconds of the epoch of `text`: a time, such seconds, or a duration before now: `1h30m`.

    A time without zone is one of this machine. Raises Refusal (400).
    """
    if _DURATION.fullmatch(text):
        seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
        return time.time() + (seconds if text[0] == "-" else -seconds)
    if _SECONDS.fullmatch(text):
        return float(text)
    if match := _TIME.fullmatch(text.upper()):
        date, clock, zone = match.groups("")
        try:
            return datetime.fromisoformat(f"{date}{clock or 'T00'}{zone}").timestamp()
        except (ValueError, OverflowError):
            pass
    if "-" in text:
        raise bad_request(f'parsing time "{text}" as "2006-01-02": cannot parse it')
    raise bad_request(f'failed to parse value as time or duration: "{text}"')
