"""The filters of `docker ps`.

https://github.com/moby/moby/blob/v28.5.2/daemon/list.go
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from regnb.embedded.api.call import Call
from regnb.embedded.api.container_json import listed
from regnb.embedded.api.filters import Filters
from regnb.embedded.containers.record import ContainerRecord
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.refusal import Refusal, bad_request
from regnb.oci import Digest

_ACCEPTED = (
    "ancestor", "before", "expose", "exited", "health", "id", "is-task", "isolation", "label",
    "name", "network", "publish", "since", "status", "volume",
)  # fmt: skip
_STATES = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
_HEALTH = ("none", "starting", "healthy", "unhealthy")
_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_NUMBER = re.compile(r"[0-9]+", re.ASCII)
_LAST_PORT = 65535


def filter_containers(call: Call, *, every: bool) -> list[ContainerRecord]:
    """The containers that a list shows, the newest first; raises Refusal (400, 404, 500).

    Only those that run, unless `every` one is wanted, or those in a certain state.
    """
    filters = call.filters(*_ACCEPTED)
    filters.check_values("status", "state", _STATES)
    filters.check_values("health", "health", _HEALTH)
    codes = {_exit_code(text) for text in filters.get("exited", ())}
    published, exposed = (set(_ports(filters, name)) for name in ("publish", "expose"))
    ancestors = set(_ancestors(call.engine, filters))
    found = [] if filters.flag("is-task") else call.engine.containers.all()
    every = every or bool(filters.get("status"))
    return [
        one
        for one in _between(call.engine, filters, _with_ids(filters, found))
        if (every or one.state.is_up)
        and filters.matches("name", f"/{one.name}", one.name)
        and filters.has_labels(one.labels)
        and filters.is_one_of("status", one.state.status)
        and filters.is_one_of("health", "none")
        and (not codes or (one.state.status == "exited" and one.state.exit_code in codes))
        and ("ancestor" not in filters or one.image_id in ancestors)
        and ("volume" not in filters or _has_volume(one, filters["volume"]))
        and ("network" not in filters or _has_network(one, filters["network"]))
        and (not published | exposed or _has_port(one, published, exposed))
    ]


def _with_ids(filters: Filters, containers: list[ContainerRecord]) -> list[ContainerRecord]:
    """Those whose ID begins with a wanted one, as no other does."""
    if not filters.get("id"):
        return containers
    wanted = (
        [one for one in containers if text and one.id.startswith(text)] for text in filters["id"]
    )
    ids = {found[0].id for found in wanted if len(found) == 1}
    return [one for one in containers if one.id in ids]


def _between(
    engine: EmbeddedEngine, filters: Filters, containers: Iterable[ContainerRecord]
) -> list[ContainerRecord]:
    before, since = (
        [engine.containers.get(name).created for name in filters.get(key, ())]
        for key in ("before", "since")
    )
    return [
        one
        for one in containers
        if all(one.created < limit for limit in before)
        and all(one.created > limit for limit in since)
    ]


def _ancestors(engine: EmbeddedEngine, filters: Filters) -> Iterable[Digest]:
    for name in filters.get("ancestor", ()):
        try:
            yield engine.images.find(name).image_id
        except Refusal:
            continue


def _exit_code(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        told = f'strconv.Atoi: parsing "{text}": invalid syntax'
        raise bad_request(f"invalid filter 'exited={text}': {told}")
    return int(text)


def _ports(filters: Filters, name: str) -> Iterable[tuple[int, str]]:
    """The ports of `80`, `80-90` or `80/udp`, with their protocol; raises Refusal (500)."""
    for text in filters.get(name, ()):
        if ":" in text:
            raise Refusal(500, f"filter for '{name}' should not contain ':': {text}")
        numbers, _, protocol = text.partition("/")
        failed = f"error while looking up for {name} {text}:"
        if not numbers:
            raise Refusal(500, f"{failed} Empty string specified for ports.")
        first, dash, last = numbers.partition("-")
        start, end = (_port(one, failed) for one in (first, last if dash else first))
        if end < start:
            raise Refusal(500, f"{failed} Invalid range specified for the Port: {numbers}")
        yield from ((number, protocol or "tcp") for number in range(start, end + 1))


def _port(text: str, failed: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise Refusal(500, f'{failed} strconv.ParseUint: parsing "{text}": invalid syntax')
    if int(text[:9]) > _LAST_PORT:
        raise Refusal(500, f'{failed} strconv.ParseUint: parsing "{text}": value out of range')
    return int(text)


def _has_volume(container: ContainerRecord, wanted: Iterable[str]) -> bool:
    mounts = container.mounts
    known = {text for one in mounts for text in (one.volume or one.source, one.destination)}
    return not known.isdisjoint(wanted)


def _has_network(container: ContainerRecord, wanted: Iterable[str]) -> bool:
    settings = listed(container)["NetworkSettings"]["Networks"]
    return any(
        text in settings or any(str(one["NetworkID"]).startswith(text) for one in settings.values())
        for text in wanted
    )


def _has_port(
    container: ContainerRecord, published: set[tuple[int, str]], exposed: set[tuple[int, str]]
) -> bool:
    return any(
        (one.get("PublicPort"), one["Type"]) in published
        or (one["PrivatePort"], one["Type"]) in exposed
        for one in listed(container)["Ports"]
    )
