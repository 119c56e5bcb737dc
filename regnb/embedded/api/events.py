"""Events in the API."""

from __future__ import annotations

from collections.abc import Iterator

from werkzeug.wrappers import Response

from regnb.embedded.api.call import Call, Filters, rule, stream
from regnb.embedded.api.filters import has_labels, moment
from regnb.embedded.engine_events import Event

_NAMES = ("container", "daemon", "event", "image", "label", "network", "scope", "type", "volume")


def listen(call: Call) -> Response:
    """https://docs.docker.com/reference/api/engine/version/v1.51/#tag/System/operation/SystemEvents."""
    filters = call.check_filters(*_NAMES)
    since, until = (
        moment(text).timestamp() if text else None
        for text in (call.text("since"), call.text("until"))
    )
    heard = call.engine.events.listen(since, until, call.engine.heartbeat)
    # A first sign of life at once: clients wait for the headers before they do anything else.
    return stream(_wanted(heard, filters))


def _wanted(events: Iterator[Event | None], filters: Filters) -> Iterator[Event | None]:
    yield None
    for event in events:
        if event is None or _fits(event, filters):
            yield event


def _fits(event: Event, filters: Filters) -> bool:
    kind, action = str(event["Type"]), str(event["Action"])
    actor = event["Actor"]
    subject = str(actor["ID"]) if isinstance(actor, dict) else ""
    attributes = actor["Attributes"] if isinstance(actor, dict) else {}
    if kind not in filters.get("type", [kind]) or action not in filters.get("event", [action]):
        return False
    for noun in ("container", "image", "volume", "network"):
        wanted = filters.get(noun)
        names = {attributes.get("name"), attributes.get(noun), subject if kind == noun else None}
        about = kind == noun or noun in attributes
        if wanted and not (about and any(_names(names, text) for text in wanted)):
            return False
    return has_labels(attributes, filters.get("label", ()))


def _names(names: set[str | None], wanted: str) -> bool:
    return any(name == wanted or (name or "").startswith(wanted) for name in names if name)


RULES = [rule("GET", "/events", listen)]
