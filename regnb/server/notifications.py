"""Events on their way to those who listen: in order, and again until they have arrived.

https://distribution.github.io/distribution/about/notifications/
"""

from __future__ import annotations

import json
import logging
import threading
import uuid
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

import urllib3
from werkzeug.wrappers import Request

from regnb.oci import Descriptor
from regnb.outgoing import pool_to
from regnb.server.configuration import Endpoint

logger = logging.getLogger(__name__)

# What a listener that never answers can cost in memory: later events push out the oldest.
MAX_WAITING = 10_000


class Notifier:
    """Sends events to all endpoints, each in its own thread."""

    def __init__(self, endpoints: tuple[Endpoint, ...]) -> None:
        self._senders = [Sender(endpoint) for endpoint in endpoints]

    def notify(self, event: RegistryEvent, request: Request) -> None:
        """Tell the endpoints; returns at once."""
        wanting = [sender for sender in self._senders if sender.wants(event)]
        if wanting:
            content = event_json(event, request)
            for sender in wanting:
                sender.send(content)


class Sender:
    """The queue and the thread of one endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._waiting: deque[EventJson] = deque(maxlen=MAX_WAITING)
        self._changed = threading.Condition()
        self._pool = pool_to(endpoint.url, retries=False)
        threading.Thread(target=self._run, daemon=True).start()

    def wants(self, event: RegistryEvent) -> bool:
        """Whether the endpoint does not ignore it."""
        return (
            event.action not in self._endpoint.ignored_actions
            and event.media_type not in self._endpoint.ignored_media_types
        )

    def send(self, event: EventJson) -> None:
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

    def _post(self, event: EventJson) -> bool:
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


EventJson: TypeAlias = dict[str, object]

MEDIA_TYPE = "application/vnd.docker.distribution.events.v2+json"
INSTANCE = str(uuid.uuid4())


@dataclass(frozen=True)
class RegistryEvent:
    """One `action` (`pull`, `push`, `mount`, `delete`) on a content, or on a tag alone."""

    action: str
    repository: str
    content: Descriptor | None = None
    tag: str = ""
    source: str = ""

    @property
    def media_type(self) -> str:
        """Of the content; empty for a tag alone."""
        return self.content.media_type if self.content else ""


def event_json(event: RegistryEvent, request: Request) -> EventJson:
    """The event in its JSON form."""
    return {
        "id": str(uuid.uuid4()),
        "timestamp": datetime.now(UTC).isoformat(),
        "action": event.action,
        "target": _target(event, request),
        "request": {
            "id": str(uuid.uuid4()),
            "addr": f"{request.remote_addr}:{request.environ.get('REMOTE_PORT', '')}",
            "host": request.host,
            "method": request.method,
            "useragent": request.user_agent.string,
        },
        "actor": {"name": request.remote_user} if request.remote_user else {},
        "source": {"addr": request.host, "instanceID": INSTANCE},
    }


def _target(event: RegistryEvent, request: Request) -> EventJson:
    target: EventJson = {"repository": event.repository}
    if content := event.content:
        kind = "blobs" if content.media_type == "application/octet-stream" else "manifests"
        path = f"/v2/{event.repository}/{kind}/{content.digest}"
        target |= {**content.to_json(), "length": content.size}
        target["url"] = f"{request.host_url.rstrip('/')}{path}"
    if event.tag:
        target["tag"] = event.tag
    if event.source:
        target["fromRepository"] = event.source
    return target
