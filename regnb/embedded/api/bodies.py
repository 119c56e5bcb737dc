"""What may stand in the bodies of requests, checked as Go checks it when it reads JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from regnb.embedded.refusal import bad_request

# A type; a list of one shape; an object whose fields have shapes, or (with the key `str`) any
# fields of one shape.
Shape: TypeAlias = "type | list[Shape] | Mapping[str | type[str], Shape]"

_MOUNT: Shape = {"Type": str, "Source": str, "Target": str, "ReadOnly": bool}
_HOST_CONFIG: Shape = {
    "AutoRemove": bool,
    "Binds": [str],
    "Mounts": [_MOUNT],
    "NetworkMode": str,
    "PortBindings": {str: [{"HostIp": str, "HostPort": str}]},
    "PublishAllPorts": bool,
    "RestartPolicy": {"Name": str, "MaximumRetryCount": int},
    "VolumesFrom": [str],
}
CONTAINER: Shape = {
    "Cmd": [str],
    "Domainname": str,
    "Entrypoint": [str],
    "Env": [str],
    "ExposedPorts": {str: dict},
    "HostConfig": _HOST_CONFIG,
    "Hostname": str,
    "Image": str,
    "Labels": {str: str},
    "NetworkingConfig": {"EndpointsConfig": {str: {"Aliases": [str]}}},
    "Tty": bool,
    "Volumes": {str: dict},
}
VOLUME: Shape = {"Name": str, "Driver": str, "Labels": {str: str}}
LOGIN: Shape = {"username": str, "password": str, "serveraddress": str}


def check(value: object, shape: Shape, where: str = "the body") -> None:
    """Return when `value` has that shape or is null, anywhere; raises Refusal (400)."""
    if value is None:
        return
    kind = type(shape) if not isinstance(shape, type) else shape
    if type(value) is not kind:
        raise bad_request(f"invalid JSON: {where} has the wrong type")
    if isinstance(shape, list) and isinstance(value, list):
        for item in value:
            check(item, shape[0], where)
    elif isinstance(shape, Mapping) and isinstance(value, dict):
        for name, item in value.items():
            inner = shape.get(name, shape.get(str))
            if inner is not None:
                check(item, inner, name)
