"""What a registry writes down of its work: numbers for Prometheus, and its log.

The application counts in plain dictionaries; Prometheus' library only writes them down, and is
loaded at the first request for them. The log has one JSON object a line on standard error, also for
each request.

https://prometheus.io/docs/instrumenting/writing_clientlibs/
"""

from __future__ import annotations

import json
import logging
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from prometheus_client.core import CounterMetricFamily

Numbers: TypeAlias = defaultdict[tuple[str, ...], float]


class Metrics:
    """How many requests were answered, in how many seconds, and how many bytes were announced."""

    def __init__(self) -> None:
        self._requests: Numbers = defaultdict(float)
        self._seconds: Numbers = defaultdict(float)
        self._bytes: Numbers = defaultdict(float)
        self._lock = Lock()

    def count(self, route: str, method: str, status: int, seconds: float, size: int) -> None:
        """Count one answer of `size` bytes."""
        with self._lock:
            self._requests[route, method, str(status)] += 1
            self._seconds[route, method] += seconds
            self._bytes[route, method] += size

    def exposition(self) -> tuple[bytes, str]:
        """The numbers in Prometheus' format, and its content type."""
        from prometheus_client import CollectorRegistry  # noqa: PLC0415 - see above
        from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest  # noqa: PLC0415
        from prometheus_client.process_collector import ProcessCollector  # noqa: PLC0415

        registry = CollectorRegistry()
        registry.register(self)
        ProcessCollector(registry=registry)
        return generate_latest(registry), CONTENT_TYPE_LATEST

    def collect(self) -> Iterator[CounterMetricFamily]:
        """The numbers as Prometheus' library takes them."""
        from prometheus_client.core import CounterMetricFamily  # noqa: PLC0415 - see above

        tables = [
            ("requests", "Requests answered.", ["route", "method", "code"], self._requests),
            ("request_seconds", "Time until the answer began.", ["route", "method"], self._seconds),
            ("response_bytes", "Bytes of the answers.", ["route", "method"], self._bytes),
        ]
        for name, help_text, labels, numbers in tables:
            family = CounterMetricFamily(f"regnb_http_{name}", help_text, labels=labels)
            with self._lock:
                rows = list(numbers.items())
            for key, number in rows:
                family.add_metric(key, number)
            yield family


ACCESS = logging.getLogger("regnb.server.access_control")

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
