"""Volumes and networks in the API."""

from __future__ import annotations

from werkzeug.wrappers import Response

from regnb.embedded.api.call import VOLUME, Call, answer, check_shape, has_labels, nothing, rule
from regnb.embedded.containers import networking
from regnb.embedded.containers.mounts import Volume
from regnb.embedded.refusal import Refusal


def list_volumes(call: Call) -> Response:
    """https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Volume/operation/VolumeList."""
    filters = call.check_filters("dangling", "driver", "label", "name")
    found = [volume for volume in call.engine.volumes.all() if _fits(call, volume)]
    if "local" not in filters.get("driver", ["local"]):
        found = []
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
    filters = call.check_filters("all", "label")
    every = any(value in {"1", "true"} for value in filters.get("all", ()))
    gone = [
        volume
        for volume in call.engine.volumes.all()
        if (every or volume.is_anonymous)
        and has_labels(volume.labels, filters.get("label", ()))
        and not call.engine.containers.users_of(volume.name)
    ]
    freed = sum(call.engine.volumes.remove(volume.name) for volume in gone)
    names = [volume.name for volume in gone]
    return answer({"VolumesDeleted": names, "SpaceReclaimed": freed})


def list_networks(call: Call) -> Response:
    """The networks: there are three, and they stay."""
    filters = call.check_filters("dangling", "driver", "id", "label", "name", "scope", "type")
    found = networking.networks(call.engine.containers.all())
    for key, field in (("name", "Name"), ("driver", "Driver"), ("scope", "Scope")):
        wanted = filters.get(key)
        found = [one for one in found if not wanted or any(w in str(one[field]) for w in wanted)]
    return answer([] if filters.get("label") else found)


def prune_networks(_call: Call) -> Response:
    """Nothing to remove: `docker system prune` asks everywhere."""
    return answer({"NetworksDeleted": None})


def remove_network(call: Call, name: str) -> Response:
    """Refused: those that there are stay; raises Refusal (403, 404)."""
    found = _network(call, name)
    raise Refusal(403, f"{found['Name']} is a pre-defined network and cannot be removed")


def prune_builds(_call: Call) -> Response:
    """Nothing to remove: nothing is built here."""
    return answer({"CachesDeleted": None, "SpaceReclaimed": 0})


def inspect_network(call: Call, name: str) -> Response:
    """One network, by name or the beginning of its ID."""
    return answer(_network(call, name))


def _network(call: Call, name: str) -> dict[str, object]:
    for one in networking.networks(call.engine.containers.all()):
        if name == one["Name"] or str(one["Id"]).startswith(name):
            return one
    raise Refusal(404, f"network {name} not found")


def _fits(call: Call, volume: Volume) -> bool:
    filters = call.filters
    names = filters.get("name")
    dangling = filters.get("dangling")
    if names and not any(name in volume.name for name in names):
        return False
    if dangling:
        wanted = dangling[0].lower() in {"1", "true"}
        if wanted == bool(call.engine.containers.users_of(volume.name)):
            return False
    return has_labels(volume.labels, filters.get("label", ()))


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
