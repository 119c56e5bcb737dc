"""What happened, as Distribution tells it.

https://distribution.github.io/distribution/about/notifications/#events
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from werkzeug.wrappers import Request

from regnb.oci import Descriptor

Event: TypeAlias = dict[str, object]

MEDIA_TYPE = "application/vnd.docker.distribution.events.v2+json"
INSTANCE = str(uuid.uuid4())


@dataclass(frozen=True)
class Happening:
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


def event_of(happening: Happening, request: Request) -> Event:
    """The event in its JSON form."""
    return {
        "id": str(uuid.uuid4()),
        "timestamp": datetime.now(UTC).isoformat(),
        "action": happening.action,
        "target": _target(happening, request),
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


def _target(happening: Happening, request: Request) -> Event:
    target: Event = {"repository": happening.repository}
    if content := happening.content:
        kind = "blobs" if content.media_type == "application/octet-stream" else "manifests"
        path = f"/v2/{happening.repository}/{kind}/{content.digest}"
        target |= {**content.to_json(), "length": content.size}
        target["url"] = f"{request.host_url.rstrip('/')}{path}"
    if happening.tag:
        target["tag"] = happening.tag
    if happening.source:
        target["fromRepository"] = happening.source
    return target
