"""Volumes, which outlive the containers, and what a container sees of them and of folders."""

from __future__ import annotations

import json
import logging
import re
import secrets
import shutil
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from regnb.content.atomic_files import replace_file
from regnb.embedded.containers.record import Mount
from regnb.embedded.engine_events import Events
from regnb.embedded.refusal import Refusal, bad_request

# https://docs.docker.com/reference/cli/docker/container/run/#volume
_MODES = {
    *("", "ro", "rw", "z", "Z", "nocopy", "consistent", "cached", "delegated"),
    *("private", "rprivate", "shared", "rshared", "slave", "rslave"),
}
ANONYMOUS = "com.docker.volume.anonymous"
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_TIME = "%Y-%m-%dT%H:%M:%SZ"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume; `path` is the folder that a container sees."""

    name: str
    path: Path
    created: str
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody named it, so that it goes with its container."""
        return ANONYMOUS in self.labels

    def to_json(self) -> dict[str, object]:
        """The volume as the API shows it."""
        return {
            "CreatedAt": self.created,
            "Driver": "local",
            "Labels": self.labels or None,
            "Mountpoint": str(self.path),
            "Name": self.name,
            "Options": None,
            "Scope": "local",
        }

    def size(self) -> int:
        """Bytes of all its files."""
        return sum(path.lstat().st_size for path in self.path.rglob("*") if path.is_file())


class Volumes:
    """The volumes in the folder `root`."""

    def __init__(self, root: Path, events: Events) -> None:
        self._root = root
        self._events = events
        self._lock = threading.RLock()

    def all(self) -> list[Volume]:
        """All volumes, by name."""
        found = (self._read(folder) for folder in sorted(self._root.iterdir()))
        return [volume for volume in found if volume]

    def get(self, name: str) -> Volume:
        """The volume `name`; raises Refusal (404)."""
        volume = self._read(self._root / name) if _NAME.fullmatch(name) else None
        if volume is None:
            raise Refusal(404, f"get {name}: no such volume")
        return volume

    def create(self, name: str = "", labels: dict[str, str] | None = None) -> Volume:
        """The volume `name`, made when it is not there; without name a new anonymous one."""
        labels = dict(labels or {})
        if not name:
            name = secrets.token_hex(32)
            labels[ANONYMOUS] = ""
        if not _NAME.fullmatch(name):
            raise bad_request(
                f'create {name}: "{name}" includes invalid characters for a local volume name, '
                'only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host '
                "directory, use absolute path"
            )
        with self._lock:
            return self._read(self._root / name) or self._make(name, labels)

    def remove(self, name: str) -> int:
        """Remove the volume `name`; gives the bytes freed; raises Refusal (404)."""
        with self._lock:
            volume = self.get(name)
            size = volume.size()
            shutil.rmtree(self._root / name)
        self._events.tell("volume", "destroy", name, driver="local")
        return size

    def _make(self, name: str, labels: dict[str, str]) -> Volume:
        folder = self._root / name
        (folder / "_data").mkdir(parents=True, exist_ok=True)
        created = datetime.now(UTC).strftime(_TIME)
        volume = Volume(name, folder / "_data", created, labels)
        value = asdict(volume) | {"path": str(volume.path)}
        replace_file(folder / "volume.json", json.dumps(value).encode())
        self._events.tell("volume", "create", name, driver="local")
        return volume

    def _read(self, folder: Path) -> Volume | None:
        try:
            value: dict[str, Any] = json.loads((folder / "volume.json").read_bytes())
            return Volume(**value | {"path": folder / "_data"})
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):  # its files are whole all the same
            logger.warning(
                "%s is damaged: the labels of the volume are lost", folder / "volume.json"
            )
            made = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
            return Volume(folder.name, folder / "_data", made.strftime(_TIME))


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
