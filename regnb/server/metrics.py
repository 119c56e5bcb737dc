"""Numbers for Prometheus.

The application counts in plain dictionaries; Prometheus' library only writes them down, and is
loaded at the first request for them.

https://prometheus.io/docs/instrumenting/writing_clientlibs/
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
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
        from prometheus_client.exposition import (  # noqa: PLC0415
            CONTENT_TYPE_LATEST,
            generate_latest,
        )
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
