"""Volumes: folders that outlive the containers."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import threading
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from regnb.embedded.blobs import write_atomically
from regnb.embedded.engine_events import Events
from regnb.embedded.refusal import Refusal, bad_request

ANONYMOUS = "com.docker.volume.anonymous"
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")


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
        created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        volume = Volume(name, folder / "_data", created, labels)
        value = asdict(volume) | {"path": str(volume.path)}
        write_atomically(folder / "volume.json", json.dumps(value).encode())
        self._events.tell("volume", "create", name, driver="local")
        return volume

    def _read(self, folder: Path) -> Volume | None:
        try:
            value: dict[str, Any] = json.loads((folder / "volume.json").read_bytes())
        except FileNotFoundError:
            return None
        return Volume(**value | {"path": folder / "_data"})
