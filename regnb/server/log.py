"""The log: one JSON object a line on standard error, also for each request."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

ACCESS = logging.getLogger("regnb.server.access")

_LEVELS = {"error": "ERROR", "warn": "WARNING", "warning": "WARNING", "info": "INFO"}


class JsonLines(logging.Formatter):
    """Time (UTC), level and message, then the fields that the caller gave as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "msg": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def start_log(level: str, *, requests: bool) -> None:
    """Write what the server logs from `level` on; `requests` too, whatever the level."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("regnb.server")
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(_LEVELS.get(level.lower(), "DEBUG"))
    ACCESS.setLevel("INFO" if requests else "CRITICAL")
