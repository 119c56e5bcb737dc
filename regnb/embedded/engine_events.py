"""What happens in the engine, told to whoever listens.

https://docs.docker.com/reference/api/engine/version/v1.51/#tag/System/operation/SystemEvents
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

Event: TypeAlias = dict[str, Any]
_KEPT = 256


class Events:
    """The last events, and those to come."""

    def __init__(self, clock: Callable[[], int] = time.time_ns) -> None:
        self._clock = clock
        self._past: deque[Event] = deque(maxlen=_KEPT)
        self._count = 0
        self._changed = threading.Condition()

    def tell(self, kind: str, action: str, subject: str, **attributes: str) -> None:
        """Record that `action` happened to `subject`, of the type `kind`."""
        now = self._clock()
        event: Event = {
            "Type": kind,
            "Action": action,
            "Actor": {"ID": subject, "Attributes": attributes},
            "scope": "local",
            "time": now // 10**9,
            "timeNano": now,
        }
        if kind in {"container", "image"}:
            event = {"status": action, "id": subject, **event}
        if kind == "container":
            event["from"] = attributes.get("image", "")
        with self._changed:
            self._past.append(event)
            self._count += 1
            self._changed.notify_all()

    def listen(
        self, since: float | None, until: float | None, heartbeat: float
    ) -> Iterator[Event | None]:
        """Events from `since` to `until` (seconds of the epoch), without end when it is None.

        None stands for a pause of `heartbeat` seconds: a chance to notice that nobody listens.
        """
        with self._changed:
            seen = self._count
            past = [] if since is None else list(self._past)
        for event in past:
            if since is not None and _between(event, since, until):
                yield event
        while until is None or time.time() < until:
            seen, fresh = self._wait(seen, min(heartbeat, _left(until)))
            yield from fresh
            if not fresh:
                yield None

    def _wait(self, seen: int, timeout: float) -> tuple[int, list[Event]]:
        with self._changed:
            self._changed.wait_for(lambda: self._count > seen, timeout)
            fresh = self._count - seen
            return self._count, list(self._past)[-fresh:] if fresh else []


def _between(event: Event, since: float, until: float | None) -> bool:
    moment = int(str(event["timeNano"])) / 10**9
    return moment >= since and (until is None or moment <= until)


def _left(until: float | None) -> float:
    return float("inf") if until is None else max(0.0, until - time.time())
