"""Containers in the API."""

from __future__ import annotations

import signal
from typing import Any

from werkzeug.wrappers import Response

from regnb.embedded.api.call import (
    CONTAINER,
    Call,
    answer,
    check_shape,
    nothing,
    rule,
)
from regnb.embedded.api.container_filters import filter_containers
from regnb.embedded.api.container_json import inspected, listed
from regnb.embedded.api.timestamps import timestamp
from regnb.embedded.containers.networking import knows
from regnb.embedded.platforms import mismatch, parse_platform
from regnb.embedded.refusal import Refusal, bad_request

_RESTART_POLICIES = ("", "no", "always", "unless-stopped", "on-failure")


def list_containers(call: Call) -> Response:
    """https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Container/operation/ContainerList."""
    limit = call.number("limit") or 0
    found = filter_containers(call, every=call.flag("all") or limit > 0)
    rows = [listed(container) for container in found[: limit if limit > 0 else None]]
    if call.flag("size"):
        rows = [row | sizes(call, str(row["ImageID"])) for row in rows]
    return answer(rows)


def sizes(call: Call, image_id: str) -> dict[str, object]:
    """What a container of that image takes: nothing of its own, but for its volumes."""
    try:
        size = call.engine.sizes.size_of(call.engine.images.find(image_id))
    except Refusal:  # removed by force
        size = 0
    return {"SizeRw": 0, "SizeRootFs": size}


def create_container(call: Call) -> Response:
    """A new container, which does not run yet."""
    config = _checked(call.body())
    host_config = config.pop("HostConfig", None) or {}
    aliases = _aliases(config.pop("NetworkingConfig", None) or {})
    name = str(config.get("Image") or "")
    if not name:
        raise bad_request("no image given: the field Image is empty")
    platform = parse_platform(call.text("platform"), call.engine.platform)
    image = call.engine.images.find(name)
    if told := mismatch(name, image.config.platform, platform):
        raise Refusal(404, told)  # so that the command pulls the other one
    container = call.engine.containers.create(image, call.text("name"), config, host_config)
    container.aliases = aliases
    call.engine.containers.save(container)
    return answer({"Id": container.id, "Warnings": _warnings(host_config)}, 201)


def inspect_container(call: Call, name: str) -> Response:
    """One container."""
    return answer(inspected(call.engine.containers.get(name)))


def start_container(call: Call, name: str) -> Response:
    """Start it; 304 when it runs."""
    return nothing(204 if call.engine.supervisor.start(call.engine.containers.get(name)) else 304)


def stop_container(call: Call, name: str) -> Response:
    """Stop it; 304 when it does not run."""
    container = call.engine.containers.get(name)
    return nothing(204 if call.engine.supervisor.stop(container, call.number("t")) else 304)


def restart_container(call: Call, name: str) -> Response:
    """Stop it and start it again."""
    container = call.engine.containers.get(name)
    call.engine.supervisor.stop(container, call.number("t"))
    call.engine.supervisor.start(container)
    call.engine.containers.tell(container, "restart")
    return nothing()


def kill_container(call: Call, name: str) -> Response:
    """Send it a signal, SIGKILL unless another is named."""
    try:
        container = call.engine.containers.get(name)
        number = _signal(call.text("signal", "SIGKILL"))
    except Refusal as refusal:
        message = f"cannot kill container: {name}: {refusal.message}"
        raise Refusal(refusal.status, message) from refusal
    call.engine.supervisor.kill(container, number)
    return nothing()


def rename_container(call: Call, name: str) -> Response:
    """Give it another name."""
    container = call.engine.containers.get(name)
    if not call.text("name"):
        raise bad_request("Neither old nor new names may be empty")
    call.engine.containers.rename(container, call.text("name"))
    return nothing()


def remove_container(call: Call, name: str) -> Response:
    """Remove it, with `v` its anonymous volumes too."""
    if call.flag("link"):
        raise bad_request("links between containers are not kept here")
    container = call.engine.containers.get(name)
    call.engine.remove_container(container, force=call.flag("force"), volumes=call.flag("v"))
    return nothing()


def prune_containers(call: Call) -> Response:
    """Remove all that do not run."""
    filters = call.filters("label", "label!", "until")
    limit = filters.until()
    gone = [
        container
        for container in call.engine.containers.all()
        if not container.state.is_up
        and filters.has_labels(container.labels)
        and timestamp(container.created) <= limit
    ]
    for container in gone:
        call.engine.remove_container(container)
    deleted = [container.id for container in gone]
    return answer({"ContainersDeleted": deleted or None, "SpaceReclaimed": 0})


def _checked(config: dict[str, Any]) -> dict[str, Any]:
    """`config` when its parts have the types that they should; raises Refusal (400)."""
    for name in ("Cmd", "Entrypoint"):
        if isinstance(config.get(name), str):
            config[name] = [config[name]]
    check_shape(config, CONTAINER)
    host_config = config.get("HostConfig") or {}
    _check_restart_policy(host_config.get("RestartPolicy") or {}, host_config)
    return config


def _check_restart_policy(policy: dict[str, Any], host_config: dict[str, Any]) -> None:
    name, count = policy.get("Name") or "", policy.get("MaximumRetryCount") or 0
    if name not in _RESTART_POLICIES:
        raise bad_request(
            f"invalid restart policy: unknown policy '{name}'; use one of 'no', 'always', "
            "'on-failure', or 'unless-stopped'"
        )
    if name == "on-failure" and count < 0:
        raise bad_request("invalid restart policy: maximum retry count cannot be negative")
    if name not in {"", "on-failure"} and count:
        told = "invalid restart policy: maximum retry count can only be used with 'on-failure'"
        raise bad_request(told + (" and cannot be negative" if count < 0 else ""))
    if name not in {"", "no"} and host_config.get("AutoRemove"):
        raise bad_request("can't create 'AutoRemove' container with restart policy")


def _aliases(networking: dict[str, Any]) -> list[str]:
    """The further names of a new container in its network (`--network-alias`)."""
    endpoints = networking.get("EndpointsConfig") or {}
    found = [one.get("Aliases") or [] for one in endpoints.values() if one]
    return [name for names in found for name in names]


def _warnings(host_config: dict[str, Any]) -> list[str]:
    mode = host_config.get("NetworkMode") or "default"
    # A network that does not exist is an error at the start.
    if mode in {"default", "bridge"} or not knows(mode):
        return []
    return [f"regnb's embedded engine has one network, and `{mode}` is not it."]


def _signal(text: str) -> int:
    name = text.upper().removeprefix("SIG")
    known = {one.name.removeprefix("SIG"): one.value for one in signal.Signals}
    number = int(name) if name.isdecimal() else known.get(name, 0)
    if number not in known.values():
        raise bad_request(f"invalid signal: {text}")
    return number


RULES = [
    rule("GET", "/containers/json", list_containers),
    rule("POST", "/containers/create", create_container),
    rule("POST", "/containers/prune", prune_containers),
    rule("GET", "/containers/<name>/json", inspect_container),
    rule("POST", "/containers/<name>/start", start_container),
    rule("POST", "/containers/<name>/stop", stop_container),
    rule("POST", "/containers/<name>/restart", restart_container),
    rule("POST", "/containers/<name>/kill", kill_container),
    rule("POST", "/containers/<name>/rename", rename_container),
    rule("DELETE", "/containers/<name>", remove_container),
]
