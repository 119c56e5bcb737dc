"""Containers as the API shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from regnb.embedded.containers import networking
from regnb.embedded.containers.record import ContainerRecord
from regnb.oci.config import parse_time

# What HostConfig has where a request says nothing.
_HOST_DEFAULTS: dict[str, object] = {
    "Binds": None,
    "ContainerIDFile": "",
    "NetworkMode": "default",
    "PortBindings": None,
    "AutoRemove": False,
    "VolumeDriver": "",
    "VolumesFrom": None,
    "Privileged": False,
    "PublishAllPorts": False,
    "ReadonlyRootfs": False,
}


def inspected(container: ContainerRecord) -> dict[str, object]:
    """One container, with all that is known of it."""
    program, *arguments = container.command or [""]
    state = container.state
    bridge = networking.endpoint(container)
    ports = networking.published_ports(container) if container.address else {}
    shared = ("Gateway", "IPAddress", "IPPrefixLen", "MacAddress", "EndpointID", "IPv6Gateway")
    return {
        "Id": container.id,
        "Created": container.created,
        "Path": program,
        "Args": arguments,
        "State": {
            "Status": state.status,
            "Running": state.is_up,
            "Paused": False,
            "Restarting": state.status == "restarting",
            "OOMKilled": False,
            "Dead": False,
            "Pid": state.pid,
            "ExitCode": state.exit_code,
            "Error": state.error,
            "StartedAt": state.started,
            "FinishedAt": state.finished,
        },
        "Image": container.image_id,
        "ResolvConfPath": "",
        "HostnamePath": "",
        "HostsPath": "",
        "LogPath": "",
        "Name": f"/{container.name}",
        "RestartCount": container.restarts,
        "Driver": "oci-layout",
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "",
        "ExecIDs": None,
        "HostConfig": _host_config(container),
        "GraphDriver": {"Data": {}, "Name": "oci-layout"},
        "Mounts": [mount.to_json() for mount in container.mounts],
        "Config": _FLAGS | container.config,
        "NetworkSettings": {
            "Bridge": "",
            "SandboxID": container.endpoint if container.address else "",
            "HairpinMode": False,
            "Ports": ports,
            "SandboxKey": "",
            **{key: bridge[key] for key in shared},
            "Networks": {"bridge": bridge},
        },
    }


_FLAGS: dict[str, object] = {
    "Domainname": "",
    "User": "",
    "AttachStdin": False,
    "AttachStdout": False,
    "AttachStderr": False,
    "Tty": False,
    "OpenStdin": False,
    "StdinOnce": False,
    "OnBuild": None,
}


def listed(container: ContainerRecord) -> dict[str, Any]:
    """A container as lists show it."""
    created = parse_time(container.created)
    return {
        "Id": container.id,
        "Names": [f"/{container.name}"],
        "Image": container.image,
        "ImageID": container.image_id,
        "Command": " ".join(container.command),
        "Created": int(created.timestamp()) if created else 0,
        "Ports": _ports(container),
        "Labels": container.labels,
        "State": container.state.status,
        "Status": status(container),
        "HostConfig": {"NetworkMode": container.host_config.get("NetworkMode") or "default"},
        "NetworkSettings": {"Networks": {"bridge": networking.endpoint(container)}},
        "Mounts": [mount.to_json() for mount in container.mounts],
    }


def status(container: ContainerRecord) -> str:
    """How long it has been as it is: `Up 2 minutes`, `Exited (0) 3 hours ago`, `Created`."""
    if container.state.running:
        return f"Up {duration(_since(container.state.started))}"
    if container.state.status in {"exited", "restarting"}:
        ago = duration(_since(container.state.finished))
        return f"{container.state.status.capitalize()} ({container.state.exit_code}) {ago} ago"
    return container.state.status.capitalize()


_DAY = 24 * 60 * 60
# From so many seconds on, counted in this unit.
_STEPS = (
    (2 * 365 * _DAY, 365 * _DAY, "years"),
    (60 * _DAY, 30 * _DAY, "months"),
    (14 * _DAY, 7 * _DAY, "weeks"),
    (0, _DAY, "days"),
)


def duration(seconds: float) -> str:
    """`seconds` as Docker says it: `Less than a second`, `About a minute`, `3 hours`.

    https://github.com/docker/go-units/blob/master/duration.go
    """
    whole = int(seconds)
    if whole < 1:
        return "Less than a second"
    if whole < 60:
        return "1 second" if whole == 1 else f"{whole} seconds"
    minutes, hours = whole // 60, round(seconds / 3600)
    if minutes < 60:
        return "About a minute" if minutes == 1 else f"{minutes} minutes"
    if hours < 48:
        return "About an hour" if hours == 1 else f"{hours} hours"
    return next(f"{whole // unit} {name}" for least, unit, name in _STEPS if whole >= least)


def _since(text: str) -> float:
    moment = parse_time(text)
    return max(0.0, (datetime.now(UTC) - moment).total_seconds()) if moment else 0.0


def _ports(container: ContainerRecord) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    if not container.address:
        return found
    for name, places in networking.published_ports(container).items():
        number, _, protocol = name.partition("/")
        inside: dict[str, object] = {"PrivatePort": int(number), "Type": protocol or "tcp"}
        found += [
            {"IP": place["HostIp"], "PublicPort": int(place["HostPort"]), **inside}
            for place in places or ()
        ] or [inside]
    return found


def _host_config(container: ContainerRecord) -> dict[str, object]:
    given = container.host_config
    policy = given.get("RestartPolicy") or {"Name": "no", "MaximumRetryCount": 0}
    return (
        _HOST_DEFAULTS
        | given
        | {
            "LogConfig": {"Type": "json-file", "Config": {}},
            "RestartPolicy": policy,
        }
    )
