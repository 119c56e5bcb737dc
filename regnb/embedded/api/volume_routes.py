"""Volumes and networks in the API."""

from __future__ import annotations

from werkzeug.wrappers import Response

from regnb.embedded.api.call import VOLUME, Call, answer, check_shape, nothing, rule
from regnb.embedded.api.filters import Filters, go_list
from regnb.embedded.containers import networking
from regnb.embedded.refusal import Refusal, bad_request

# https://pkg.go.dev/strconv#ParseBool
_TRUE = {"1", "t", "T", "TRUE", "true", "True"}
_FALSE = {"0", "f", "F", "FALSE", "false", "False"}
_BUILD_FILTERS = (
    *("description", "id", "inuse", "label", "label!", "mutable", "parent", "private", "shared"),
    *("type", "unused-for", "until"),
)


def list_volumes(call: Call) -> Response:
    """https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Volume/operation/VolumeList."""
    filters = call.filters("dangling", "driver", "label", "name")
    dangling = filters.flag("dangling")
    found = [
        volume
        for volume in call.engine.volumes.all()
        if filters.matches("name", volume.name)
        and filters.is_one_of("driver", "local")
        and filters.has_labels(volume.labels)
        and dangling in {None, not call.engine.containers.users_of(volume.name)}
    ]
    return answer({"Volumes": [volume.to_json() for volume in found], "Warnings": None})


def inspect_volume(call: Call, name: str) -> Response:
    """One volume."""
    return answer(call.engine.volumes.get(name).to_json())


def create_volume(call: Call) -> Response:
    """A new volume, or the one that is there."""
    fields = call.body()
    check_shape(fields, VOLUME)
    if (fields.get("Driver") or "local") != "local":
        name, driver = fields.get("Name") or "", fields["Driver"]
        raise Refusal(
            404,
            f'create {name}: error looking up volume plugin {driver}: plugin "{driver}" not found',
        )
    volume = call.engine.volumes.create(fields.get("Name") or "", fields.get("Labels") or {})
    return answer(volume.to_json(), 201)


def remove_volume(call: Call, name: str) -> Response:
    """Remove a volume that no container has."""
    volume = call.engine.volumes.get(name)
    users = call.engine.containers.users_of(name)
    if users:
        raise Refusal(409, f"remove {name}: volume is in use - [{', '.join(u.id for u in users)}]")
    call.engine.volumes.remove(volume.name)
    return nothing()


def prune_volumes(call: Call) -> Response:
    """Remove the volumes that no container has: anonymous ones, with the filter `all` all."""
    filters = call.filters("all", "label", "label!")
    every = _every(filters.get("all", ["false"]))
    gone = [
        volume
        for volume in call.engine.volumes.all()
        if (every or volume.is_anonymous)
        and filters.has_labels(volume.labels)
        and not call.engine.containers.users_of(volume.name)
    ]
    freed = sum(call.engine.volumes.remove(volume.name) for volume in gone)
    names = [volume.name for volume in gone]
    return answer({"VolumesDeleted": names, "SpaceReclaimed": freed})


def list_networks(call: Call) -> Response:
    """The networks: there are three, and they stay."""
    filters = call.filters("dangling", "driver", "id", "label", "name", "scope", "type")
    for value in filters.get("type", ()):
        if value not in {"builtin", "custom"}:
            raise bad_request(f"invalid filter: 'type'='{value}'")
    if _is_dangling(filters) or not filters.is_one_of("type", "builtin"):
        return answer([])  # they are all predefined
    found = [
        one
        for one in networking.networks(call.engine.containers.all())
        if filters.matches("name", str(one["Name"]))
        and filters.matches("id", str(one["Id"]))
        and filters.is_one_of("driver", str(one["Driver"]))
        and filters.is_one_of("scope", str(one["Scope"]))
        and filters.has_labels({})
    ]
    return answer(found)


def prune_networks(call: Call) -> Response:
    """Nothing to remove: `docker system prune` asks everywhere."""
    call.filters("label", "label!", "until").until()
    return answer({"NetworksDeleted": None})


def remove_network(call: Call, name: str) -> Response:
    """Refused: those that there are stay; raises Refusal (403, 404)."""
    found = _network(call, name)
    raise Refusal(403, f"{found['Name']} is a pre-defined network and cannot be removed")


def prune_builds(call: Call) -> Response:
    """Nothing to remove: nothing is built here."""
    try:
        call.filters(*_BUILD_FILTERS).until()
    except Refusal as refusal:
        raise bad_request(f"failed to prune build cache: {refusal.message}") from refusal
    return answer({"CachesDeleted": None, "SpaceReclaimed": 0})


def inspect_network(call: Call, name: str) -> Response:
    """One network, by name or the beginning of its ID."""
    return answer(_network(call, name))


def _network(call: Call, name: str) -> dict[str, object]:
    for one in networking.networks(call.engine.containers.all()):
        if name == one["Name"] or str(one["Id"]).startswith(name):
            return one
    raise Refusal(404, f"network {name} not found")


def _is_dangling(filters: Filters) -> bool:
    """The filter `dangling` of networks, which has words of its own; raises Refusal (400)."""
    values = set(filters.get("dangling") or ["false"])
    if len(values) > 1:
        raise bad_request('got more than one value for filter key "dangling"')
    if values - {"0", "1", "false", "true"}:
        told = 'invalid value for filter \'dangling\', must be "true" (or "1"), or '
        raise bad_request(told + '"false" (or "0")')
    return bool(values & {"1", "true"})


def _every(values: list[str]) -> bool:
    """The filter `all`: one word that Go reads as a boolean; raises Refusal (400)."""
    if len(values) != 1:
        raise bad_request(f"invalid filter 'all={go_list(values)}': only one value is expected")
    if values[0] not in _TRUE | _FALSE:
        told = f'strconv.ParseBool: parsing "{values[0]}": invalid syntax'
        raise bad_request(f"invalid filter 'all': {told}")
    return values[0] in _TRUE


RULES = [
    rule("GET", "/volumes", list_volumes),
    rule("POST", "/volumes/create", create_volume),
    rule("POST", "/volumes/prune", prune_volumes),
    rule("GET", "/volumes/<name>", inspect_volume),
    rule("DELETE", "/volumes/<name>", remove_volume),
    rule("GET", "/networks", list_networks),
    rule("POST", "/networks/prune", prune_networks),
    rule("POST", "/build/prune", prune_builds),
    rule("GET", "/networks/<name>", inspect_network),
    rule("DELETE", "/networks/<name>", remove_network),
]
