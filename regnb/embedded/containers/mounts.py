"""From what a request says about volumes and folders to the mounts of a container."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from regnb.embedded.containers.record import Mount
from regnb.embedded.refusal import bad_request
from regnb.embedded.volumes import Volumes


def make_mounts(
    config: dict[str, Any],
    host_config: dict[str, Any],
    others: Iterable[Mount],
    volumes: Volumes,
) -> list[Mount]:
    """Mounts of a new container; `others` are those of the containers it takes volumes from.

    Named volumes that are missing are made; what the image declares as a volume and nothing else
    is mounted on gets an anonymous one. Raises Refusal (400).
    """
    found = {mount.destination: mount for mount in others}
    for text in host_config.get("Binds") or []:
        mount = _from_bind(text, volumes)
        found[mount.destination] = mount
    for value in host_config.get("Mounts") or []:
        mount = _from_mount(value, volumes)
        found[mount.destination] = mount
    for destination in config.get("Volumes") or {}:
        if destination not in found:
            volume = volumes.create()
            found[destination] = Mount(str(volume.path), destination, volume.name)
    return list(found.values())


# https://docs.docker.com/reference/cli/docker/container/run/#volume
_MODES = {
    *("", "ro", "rw", "z", "Z", "nocopy", "consistent", "cached", "delegated"),
    *("private", "rprivate", "shared", "rshared", "slave", "rslave"),
}


def host_path(path: str, mounts: Iterable[Mount], rest: Path) -> Path:
    """Where `path` of a container is on this machine; below `rest` when nothing is mounted."""
    inside = PurePosixPath(path)
    for mount in sorted(mounts, key=lambda mount: len(mount.destination), reverse=True):
        if inside.is_relative_to(mount.destination):
            return Path(mount.source) / inside.relative_to(mount.destination)
    return rest / inside.relative_to("/")


def _from_bind(text: str, volumes: Volumes) -> Mount:
    source, destination, mode = [*text.split(":"), "", ""][:3]
    if not destination.startswith("/"):
        kind = "bind" if source.startswith("/") else "volume"
        raise bad_request(
            f"invalid volume specification: '{text}': invalid mount config for type \"{kind}\": "
            f"invalid mount path: '{destination}' mount path must be absolute"
        )
    unknown = {*mode.split(",")} - _MODES
    if unknown:
        raise bad_request(f"invalid mode: {mode}")
    return _mount(source, destination, mode or "z", volumes, writable="ro" not in mode.split(","))


def _from_mount(value: dict[str, Any], volumes: Volumes) -> Mount:
    kind, source = value.get("Type"), str(value.get("Source") or "")
    destination = str(value.get("Target") or "")
    if kind not in {"bind", "volume"} or not destination.startswith("/"):
        raise bad_request(f'invalid mount config for type "{kind}": only bind and volume work here')
    if kind == "bind" and not Path(source).exists():
        raise bad_request(
            'invalid mount config for type "bind": bind source path does not exist: ' + source
        )
    return _mount(source, destination, "", volumes, writable=not value.get("ReadOnly"))


def _mount(source: str, destination: str, mode: str, volumes: Volumes, *, writable: bool) -> Mount:
    if source.startswith("/"):
        Path(source).mkdir(parents=True, exist_ok=True) if not Path(source).exists() else None
        return Mount(source, destination, "", "" if mode == "z" else mode, writable)
    volume = volumes.create(source)
    return Mount(str(volume.path), destination, volume.name, mode, writable)


def anonymous_volumes(mounts: Iterable[Mount], volumes: Volumes) -> Iterator[str]:
    """Names of the volumes in `mounts` that nobody named."""
    names = {volume.name for volume in volumes.all() if volume.is_anonymous}
    return (mount.volume for mount in mounts if mount.volume in names)
