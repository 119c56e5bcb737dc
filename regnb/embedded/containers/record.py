"""A container: what it was made with, and how it is."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from regnb.content.atomic_files import replace_file

# What Go prints for a time that never was.
NEVER = "0001-01-01T00:00:00Z"
RECORD = "container.json"
# The exit code of a container that ran when its engine ended.
LOST = 255


@dataclass(slots=True)
class ContainerState:
    """How a container is: `created`, `running`, `exited` or `restarting`."""

    status: str = "created"
    exit_code: int = 0
    error: str = ""
    pid: int = 0
    started: str = NEVER
    finished: str = NEVER
    stopped_by_user: bool = False

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self.status == "running"

    @property
    def is_up(self) -> bool:
        """Whether it runs, or will run again by its policy: to its user that is the same."""
        return self.status in {"running", "restarting"}


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder of the machine in the container; `volume` is empty for a folder of the user's."""

    source: str
    destination: str
    volume: str = ""
    mode: str = ""
    writable: bool = True

    def to_json(self) -> dict[str, object]:
        """The mount as the API shows it."""
        value: dict[str, object] = {"Type": "volume" if self.volume else "bind"}
        if self.volume:
            value |= {"Name": self.volume, "Driver": "local"}
        return value | {
            "Source": self.source,
            "Destination": self.destination,
            "Mode": self.mode,
            "RW": self.writable,
            "Propagation": "" if self.volume else "rprivate",
        }


@dataclass(frozen=True, slots=True)
class Binding:
    """A published port: `container_port` is like `5000/tcp`."""

    container_port: str
    host: str
    port: int

    @property
    def number(self) -> int:
        """The port inside, without its protocol."""
        return int(self.container_port.partition("/")[0])


@dataclass(slots=True)
class ContainerRecord:
    """A container; `config` and `host_config` have the API's own shapes."""

    id: str
    name: str
    created: str
    image: str
    image_id: str
    config: dict[str, Any]
    host_config: dict[str, Any]
    mounts: list[Mount]
    address: str
    endpoint: str
    state: ContainerState = field(default_factory=ContainerState)
    bindings: list[Binding] = field(default_factory=list)
    listens: tuple[str, int] | None = None
    port_inside: int = 0
    restarts: int = 0
    aliases: list[str] = field(default_factory=list)

    @property
    def command(self) -> list[str]:
        """Program and arguments: entrypoint, then command."""
        return [*(self.config.get("Entrypoint") or []), *(self.config.get("Cmd") or [])]

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables by name."""
        pairs = (text.partition("=") for text in self.config.get("Env") or [])
        return {name: value for name, _, value in pairs}

    @property
    def has_terminal(self) -> bool:
        """Whether its outputs go to a terminal (`docker run -t`)."""
        return bool(self.config.get("Tty"))

    @property
    def labels(self) -> dict[str, str]:
        """Labels of the image and of the request."""
        return self.config.get("Labels") or {}

    @property
    def restart_policy(self) -> str:
        """`no`, `always`, `unless-stopped` or `on-failure`."""
        return str((self.host_config.get("RestartPolicy") or {}).get("Name") or "no")

    def save(self, folder: Path) -> None:
        """Write the container into its `folder`."""
        replace_file(folder / RECORD, json.dumps(asdict(self)).encode())

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The container in `folder`; raises FileNotFoundError.

        For one that is damaged it raises ValueError, TypeError, KeyError or AttributeError.
        """
        value: dict[str, Any] = json.loads((folder / RECORD).read_bytes())
        value["mounts"] = [Mount(**mount) for mount in value["mounts"]]
        value["bindings"] = [Binding(**binding) for binding in value["bindings"]]
        value["state"] = ContainerState(**value["state"])
        value["listens"] = tuple(value["listens"]) if value["listens"] else None
        return cls(**value)

    @classmethod
    def damaged(cls, folder: Path) -> Self:
        """One whose record cannot be read: it can be listed and removed."""
        state = ContainerState("exited", LOST, f"{folder / RECORD} is damaged")
        return cls(
            *(folder.name, folder.name[:12], NEVER, "", ""),
            config={},
            host_config={},
            mounts=[],
            address="",
            endpoint="",
            state=state,
        )


def now() -> str:
    """This moment as the API writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
