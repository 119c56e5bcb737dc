"""Events on their way to those who listen: in order, and again until they have arrived.

https://distribution.github.io/distribution/about/notifications/
"""

from __future__ import annotations

import json
import logging
import threading
from collections import deque

import urllib3
from werkzeug.wrappers import Request

from regnb.outgoing import pool_to
from regnb.server.config import Endpoint
from regnb.server.events import MEDIA_TYPE, Event, Happening, event_of

logger = logging.getLogger(__name__)

# What a listener that never answers can cost in memory: later events push out the oldest.
MAX_WAITING = 10_000


class Notifier:
    """Sends events to all endpoints, each in its own thread."""

    def __init__(self, endpoints: tuple[Endpoint, ...]) -> None:
        self._senders = [Sender(endpoint) for endpoint in endpoints]

    def tell(self, happening: Happening, request: Request) -> None:
        """Tell the endpoints; returns at once."""
        wanting = [sender for sender in self._senders if sender.wants(happening)]
        if wanting:
            event = event_of(happening, request)
            for sender in wanting:
                sender.send(event)


class Sender:
    """The queue and the thread of one endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._waiting: deque[Event] = deque(maxlen=MAX_WAITING)
        self._changed = threading.Condition()
        self._pool = pool_to(endpoint.url, retries=False)
        threading.Thread(target=self._run, daemon=True).start()

    def wants(self, happening: Happening) -> bool:
        """Whether the endpoint does not ignore it."""
        return (
            happening.action not in self._endpoint.ignored_actions
            and happening.media_type not in self._endpoint.ignored_media_types
        )

    def send(self, event: Event) -> None:
        """Put `event` at the end of the queue."""
        with self._changed:
            self._waiting.append(event)
            self._changed.notify()

    def _run(self) -> None:
        failures = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                event = self._waiting[0]
            if self._post(event):
                failures = 0
                with self._changed:
                    if self._waiting and self._waiting[0] is event:
                        self._waiting.popleft()
                continue
            failures += 1
            if failures >= self._endpoint.threshold:
                threading.Event().wait(self._endpoint.backoff)

    def _post(self, event: Event) -> bool:
        headers = {**self._endpoint.headers, "Content-Type": MEDIA_TYPE}
        body = json.dumps({"events": [event]})
        endpoint = self._endpoint
        try:
            answer = self._pool.request(
                "POST", endpoint.url, body=body, headers=headers, timeout=endpoint.timeout
            )
        except urllib3.exceptions.HTTPError as error:
            logger.warning("%s is not told: %s", endpoint.name, error)
            return False
        if not 200 <= answer.status < 400:
            logger.warning("%s is not told: status %d", endpoint.name, answer.status)
        return 200 <= answer.status < 400
