"""Containers as the engine lists them.

https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Container/operation/ContainerList
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from regnb.oci import ImageReference
from regnb.oci.json import Json, as_list, as_object, as_text, as_texts
from regnb.oci.reference import DOCKER_HUB

# Everything that regnb creates carries this label, and it removes nothing else.
OWNER_LABEL = "regnb"
_EXITED = re.compile(r"Exited \((\d+)\)")


@dataclass(frozen=True, slots=True, order=True)
class PublishedPort:
    """A port of the host that leads to a port of a container."""

    host_ip: str
    host_port: int
    container_port: int
    protocol: str = "tcp"


@dataclass(frozen=True, slots=True)
class Container:
    """A container, running or not; `state` is the engine's word, `created` is aware UTC.

    `image` is the name it was started from, `ports` are empty while it does not run, `address` is
    the one in the network of the engine, and empty where it has none. `exit_code` is None for one
    that has not ended.
    """

    name: str
    container_id: str
    image: str
    state: str
    ports: tuple[PublishedPort, ...]
    labels: dict[str, str]
    created: datetime
    address: str = ""
    exit_code: int | None = None

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Container as an entry of the engine's list."""
        fields = as_object(value, "a container")
        state = as_text(fields.get("State"), "State")
        return cls(
            name=_own_name(fields),
            container_id=as_text(fields.get("Id"), "Id"),
            image=_familiar(as_text(fields.get("Image"), "Image")),
            state=state,
            # Podman also lists the ports of a container that does not run.
            ports=_published(fields) if state == "running" else (),
            labels=as_texts(fields.get("Labels"), "Labels"),
            created=datetime.fromtimestamp(int(str(fields["Created"])), UTC),
            address=_address(fields),
            exit_code=_exit_code(fields),
        )

    @property
    def is_ours(self) -> bool:
        """Whether regnb made it."""
        return OWNER_LABEL in self.labels

    @property
    def is_running(self) -> bool:
        """Whether it runs now."""
        return self.state == "running"

    def host_port(self, container_port: int) -> int | None:
        """Port of the host that leads to `container_port`; None when none does."""
        found = (port.host_port for port in self.ports if port.container_port == container_port)
        return next(found, None)


@dataclass(frozen=True, slots=True)
class ContainerSetup:
    """What a container was made with: its command, variables, and mounted sources by their path.

    A source is the name of a volume, or a path of the engine's machine.
    """

    command: tuple[str, ...]
    environment: dict[str, str]
    sources: dict[str, str]

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Setup of the container that the engine describes in `value`."""
        fields = as_object(value, "a container")
        config = as_object(fields.get("Config"), "Config")
        variables = [as_text(text, "Env") for text in as_list(config.get("Env"), "Env")]
        mounts = [as_object(one, "a mount") for one in as_list(fields.get("Mounts"), "Mounts")]
        return cls(
            command=tuple(as_text(word, "Cmd") for word in as_list(config.get("Cmd"), "Cmd")),
            environment=dict(text.split("=", 1) for text in variables if "=" in text),
            sources={
                as_text(mount.get("Destination"), "Destination"): as_text(
                    mount.get("Name") or mount.get("Source"), "Source"
                )
                for mount in mounts
            },
        )


def _familiar(image: str) -> str:
    # Podman writes Docker Hub out: `docker.io/library/registry:2.6`.
    return ImageReference.parse(image).familiar if image.startswith(f"{DOCKER_HUB}/") else image


def _address(fields: Json) -> str:
    settings = as_object(fields.get("NetworkSettings") or {}, "NetworkSettings")
    networks = as_object(settings.get("Networks") or {}, "Networks").values()
    found = (as_object(one, "a network").get("IPAddress") for one in networks)
    return next((str(address) for address in found if address), "")


def _exit_code(fields: Json) -> int | None:
    match = _EXITED.match(str(fields.get("Status") or ""))
    return int(match[1]) if match else None


def _own_name(fields: Json) -> str:
    # Names of links stand beside the own one and hold a second slash: /other/alias.
    names = [as_text(name, "Names").removeprefix("/") for name in as_list(fields["Names"], "Names")]
    return next((name for name in names if "/" not in name), "")


def _published(fields: Json) -> tuple[PublishedPort, ...]:
    ports = [as_object(port, "a port") for port in as_list(fields.get("Ports"), "Ports")]
    return tuple(
        sorted(
            PublishedPort(
                host_ip=as_text(port.get("IP"), "IP"),
                host_port=int(str(port["PublicPort"])),
                container_port=int(str(port["PrivatePort"])),
                protocol=as_text(port.get("Type"), "Type"),
            )
            for port in ports
            if port.get("PublicPort")
        )
    )


def mounts_of(volumes: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Mounts for `volumes`: sources with the path in the container, as `/certs` or `/certs:ro`."""
    parts = {source: target.partition(":") for source, target in volumes.items()}
    return {
        source: {"bind": path, "mode": mode or "rw"} for source, (path, _, mode) in parts.items()
    }


def is_path(source: str) -> bool:
    """Whether `source` is a path of the engine's machine, and not the name of a volume."""
    return bool(set(source) & {"/", "\\"})
