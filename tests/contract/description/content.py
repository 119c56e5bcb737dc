"""What the engine under test holds, and the values that mean something to it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, NotFound

from tests.embedded.running import wait_for

RUNNING, CREATED, VOLUME = "described", "described-too", "described-data"
REGISTRY, NGINX = "registry:2", "nginx:latest"
REPOSITORY = "described/w3"
_LABELS = {"described": "1"}
_PORT = "5000/tcp"


@dataclass
class Subject:
    """An engine under test; nothing in it is anybody's."""

    client: docker.DockerClient
    socket: Path
    images: dict[str, bytes] = field(default_factory=dict)
    """Its images as `docker save` gives them; without them it pulls."""

    address: str = ""
    """Where the registry in its container listens, for the engine."""

    is_prepared: bool = False
    """Whether nothing can have changed since it was."""

    @property
    def is_docker(self) -> bool:
        """Whether it is Docker's own engine, which got its images from another one."""
        return bool(self.images)

    def prepare(self) -> None:
        """Put back what requests have taken away."""
        if self.is_prepared:
            return
        for name in (REGISTRY, NGINX):
            self._have_image(name)
        if VOLUME not in {volume.name for volume in self.client.volumes.list()}:
            self.client.volumes.create(VOLUME, labels=_LABELS)
        self._forget_if_started(CREATED)
        self._have_container(CREATED, REGISTRY)
        is_new = self._have_container(RUNNING, REGISTRY)
        container = self.client.containers.get(RUNNING)
        if container.status != "running":
            container.start()
            container.reload()
        ports: Any = container.ports
        self.address = f"localhost:{ports[_PORT][0]['HostPort']}"
        if is_new:
            self._fill_registry()
        self.is_prepared = True

    def saved(self) -> bytes:
        """A tar of one of its images."""
        return b"".join(self.client.images.get(NGINX).save(named=True))

    def tidy(self) -> None:
        """Remove the containers that requests have made."""
        for container in self.client.containers.list(all=True, ignore_removed=True):
            if container.name not in {RUNNING, CREATED}:
                with contextlib.suppress(NotFound):
                    container.remove(force=True, v=True)

    def _have_image(self, name: str) -> None:
        try:
            self.client.images.get(name)
        except NotFound:
            if name in self.images:
                self.client.images.load(self.images[name])
            else:
                self.client.images.pull(name)

    def _forget_if_started(self, name: str) -> None:
        with contextlib.suppress(NotFound):
            container = self.client.containers.get(name)
            if container.status != "created":
                container.remove(force=True, v=True)

    def _have_container(self, name: str, image: str) -> bool:
        try:
            self.client.containers.get(name)
        except NotFound:
            self.client.containers.create(
                image,
                name=name,
                labels=_LABELS,
                ports={_PORT: ("127.0.0.1", 0)},
                volumes={VOLUME: {"bind": "/data", "mode": "rw"}},
            )
            return True
        return False

    def _fill_registry(self) -> None:
        name = f"{self.address}/{REPOSITORY}"
        self.client.images.get(NGINX).tag(name, "1.0")
        # The registry listens a moment after it was started.
        wait_for(lambda: self._pushes(name), seconds=60.0)

    def _pushes(self, name: str) -> bool:
        try:
            return "errorDetail" not in self.client.images.push(name, "1.0")
        except APIError:
            return False
