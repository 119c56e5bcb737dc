"""The containers of the engine: made, found, removed."""

from __future__ import annotations

import logging
import random
import re
import secrets
import shutil
import threading
from collections.abc import Container as Collection
from http import HTTPStatus
from pathlib import Path
from typing import Any

from regnb.embedded.containers.logs import Logs
from regnb.embedded.containers.mounts import Volumes, anonymous_volumes, make_mounts
from regnb.embedded.containers.networking import requested_bindings
from regnb.embedded.containers.record import RECORD, ContainerRecord, Mount, now
from regnb.embedded.engine_events import Events
from regnb.embedded.image_store import StoredImage
from regnb.embedded.refusal import Refusal, bad_request, no_such_container

logger = logging.getLogger(__name__)
_NAME = re.compile(r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_FIRST = ("amber", "brave", "calm", "eager", "gentle", "happy", "keen", "lucid", "quiet", "sunny")
_SECOND = ("anchor", "beacon", "cargo", "crane", "dock", "harbour", "ladder", "quay", "sail")


class Containers:
    """The containers in the folder `root`; safe to use from several threads."""

    def __init__(self, root: Path, volumes: Volumes, events: Events) -> None:
        self._root = root
        self._volumes = volumes
        self._events = events
        self.lock = threading.RLock()
        self._logs: dict[str, Logs] = {}
        self._containers = self._read()

    def all(self) -> list[ContainerRecord]:
        """All containers, the newest first."""
        with self.lock:
            return sorted(self._containers.values(), key=lambda one: one.created, reverse=True)

    def get(self, name: str) -> ContainerRecord:
        """The container by name, ID, or the beginning of its ID; raises Refusal (404, 400)."""
        wanted = name.removeprefix("/")
        with self.lock:
            known = list(self._containers.values())
        exact = [one for one in known if wanted in {one.id, one.name}]
        found = exact or [one for one in known if wanted and one.id.startswith(wanted)]
        if len(found) > 1:
            raise bad_request(f"Multiple IDs found with provided prefix: {wanted}")
        if not found:
            raise no_such_container(name)
        return found[0]

    def has(self, container: ContainerRecord) -> bool:
        """Whether it was not removed meanwhile."""
        with self.lock:
            return container.id in self._containers

    def folder(self, container: ContainerRecord) -> Path:
        """Where its files are."""
        return self._root / container.id

    def logs(self, container: ContainerRecord) -> Logs:
        """Its log."""
        with self.lock:
            return self._logs.setdefault(container.id, Logs(self.folder(container) / "log.jsonl"))

    def save(self, container: ContainerRecord) -> None:
        """Write it down as it is now, unless it was removed."""
        with self.lock:
            if container.id in self._containers:
                container.save(self.folder(container))

    def tell(self, container: ContainerRecord, action: str, **attributes: str) -> None:
        """Tell what happened to it to those who listen to the events."""
        more = {"image": container.image, "name": container.name, **container.labels, **attributes}
        self._events.tell("container", action, container.id, **more)

    def create(
        self, image: StoredImage, name: str, config: dict[str, Any], host_config: dict[str, Any]
    ) -> ContainerRecord:
        """A new container of `image`; without name it gets one. Raises Refusal (400, 409)."""
        identity = secrets.token_hex(32)
        config = with_defaults_of(image, config)
        config["Hostname"] = config.get("Hostname") or identity[:12]
        list(requested_bindings(config, host_config))  # refused here, as by Docker, not at start
        with self.lock:
            container = ContainerRecord(
                id=identity,
                name=self._free_name(name),
                created=now(),
                image=str(config.get("Image")),
                image_id=image.image_id,
                config=config,
                host_config=host_config,
                mounts=self._mounts(config, host_config),
                address="",
                endpoint=secrets.token_hex(32),
            )
            self.folder(container).mkdir(mode=0o700)
            container.save(self.folder(container))
            self._containers[identity] = container
        self.tell(container, "create")
        return container

    def rename(self, container: ContainerRecord, name: str) -> None:
        """Give it the name `name`; raises Refusal (400, 409)."""
        with self.lock:
            try:
                container.name = self._free_name(name)
            except Refusal as refusal:
                if refusal.status != HTTPStatus.CONFLICT:
                    raise
                message = f"Error when allocating new name: {refusal.message}"
                raise Refusal(refusal.status, message) from refusal
            self.save(container)
        self.tell(container, "rename")

    def remove(self, container: ContainerRecord, *, with_volumes: bool) -> None:
        """Forget it, its log and, if wanted, the volumes that nobody named and nobody else uses."""
        with self.lock:
            del self._containers[container.id]
            shutil.rmtree(self.folder(container), ignore_errors=True)
            used = {mount.volume for one in self._containers.values() for mount in one.mounts}
            gone = anonymous_volumes(container.mounts, self._volumes) if with_volumes else ()
            for volume in [name for name in gone if name not in used]:
                self._volumes.remove(volume)
        self.tell(container, "destroy")

    def users_of(self, volume: str) -> list[ContainerRecord]:
        """Containers that have `volume`."""
        return [one for one in self.all() if volume in {mount.volume for mount in one.mounts}]

    def _mounts(self, config: dict[str, Any], host_config: dict[str, Any]) -> list[Mount]:
        others = [
            mount
            for text in host_config.get("VolumesFrom") or []
            for mount in self.get(text.partition(":")[0]).mounts
        ]
        return make_mounts(config, host_config, others, self._volumes)

    def _free_name(self, name: str) -> str:
        taken = {one.name: one.id for one in self._containers.values()}
        if not name:
            return invented_name(taken)
        if not _NAME.fullmatch(name):
            raise bad_request(
                f"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
            )
        name = name.removeprefix("/")
        if name in taken:
            raise Refusal(
                409,
                f'Conflict. The container name "/{name}" is already in use by container '
                f'"{taken[name]}". You have to remove (or rename) that container to be able to '
                "reuse that name.",
            )
        return name

    def _read(self) -> dict[str, ContainerRecord]:
        found = {}
        for folder in self._root.iterdir():
            if (folder / RECORD).exists():
                found[folder.name] = _load(folder)
            else:  # an engine that was killed while it made or removed the container
                shutil.rmtree(folder, ignore_errors=True)
        return found


def _load(folder: Path) -> ContainerRecord:
    try:
        return ContainerRecord.load(folder)
    except (ValueError, TypeError, KeyError, AttributeError):
        logger.warning("%s is damaged: remove the container %s", folder / RECORD, folder.name)
        return ContainerRecord.damaged(folder)


def with_defaults_of(image: StoredImage, config: dict[str, Any]) -> dict[str, Any]:
    """The configuration of a request, with the image's own where the request says nothing.

    A new entrypoint makes the image's command meaningless, so it goes.
    """
    theirs: dict[str, Any] = image.config.execution
    command = config.get("Cmd")
    if command is None and not config.get("Entrypoint"):
        command = theirs.get("Cmd")
    environment = {
        text.partition("=")[0]: text
        for text in [*(theirs.get("Env") or []), *(config.get("Env") or [])]
    }
    return config | {
        "Cmd": command,
        "Entrypoint": config.get("Entrypoint") or theirs.get("Entrypoint"),
        "Env": list(environment.values()),
        "ExposedPorts": (theirs.get("ExposedPorts") or {}) | (config.get("ExposedPorts") or {}),
        "Volumes": (theirs.get("Volumes") or {}) | (config.get("Volumes") or {}),
        "Labels": (theirs.get("Labels") or {}) | (config.get("Labels") or {}),
        "WorkingDir": config.get("WorkingDir") or theirs.get("WorkingDir") or "",
        "User": config.get("User") or theirs.get("User") or "",
    }


def invented_name(taken: Collection[str]) -> str:
    """A name that is not `taken`, such as `calm_crane`."""
    while True:
        name = f"{random.choice(_FIRST)}_{random.choice(_SECOND)}"  # noqa: S311 - no secret
        if name not in taken:
            return name
        name += str(random.randrange(1000))  # noqa: S311
        if name not in taken:
            return name
