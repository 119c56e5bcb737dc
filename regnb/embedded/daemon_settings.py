"""The engine's own `daemon.json`: the part of Docker's that concerns registries.

https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file. It is read again when it
has changed, so a change counts from the next pull on.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeAlias
from urllib.parse import urlsplit

from regnb.embedded.refusal import Refusal
from regnb.errors import InvalidManifest
from regnb.oci.json import Json, as_list, as_object, as_text, json_object
from regnb.outgoing import is_loopback

Place: TypeAlias = tuple[str, int]
DEFAULT_PARALLEL = 3
DEFAULT_ADDRESS = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Settings:
    """Registries to trust without TLS, mirrors of Docker Hub, and the address for `-p 5000:5000`.

    That address is the loopback one: Docker's default, every address of the machine, would show a
    learner's registry to the whole room. Docker has the same setting, `dockerd --ip`.

    `places` tells where servers listen that no name service knows: the registry of another embedded
    engine, at the address that engine gave it. Docker has no such key, and needs none.

    `registry_binary` is a program of Distribution's that runs in place of our own registry, such
    as Debian's `docker-registry`; empty for ours.
    """

    insecure_registries: tuple[str, ...] = ()
    registry_mirrors: tuple[str, ...] = ()
    address: str = DEFAULT_ADDRESS
    parallel: int = DEFAULT_PARALLEL
    registry_binary: str = ""
    places: Mapping[Place, Place] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Settings in the file at `path`, the defaults without file; raises Refusal (500)."""
        try:
            fields = json_object(path.read_bytes())
            return cls(
                insecure_registries=_texts(fields, "insecure-registries"),
                registry_mirrors=_texts(fields, "registry-mirrors"),
                address=as_text(fields.get("ip"), "ip") or DEFAULT_ADDRESS,
                parallel=_count(fields, "max-concurrent-downloads"),
                registry_binary=as_text(fields.get("registry-binary"), "registry-binary"),
                places=_places(fields),
            )
        except FileNotFoundError:
            return cls()
        except (OSError, InvalidManifest) as error:
            reason = f"unable to configure the engine with file {path}: {error}"
            raise Refusal(500, reason) from error

    def is_insecure(self, host: str) -> bool:
        """Whether the registry `host` may be used without TLS, or without a known certificate.

        Loopback addresses always may: Docker's exception for localhost.
        """
        if is_loopback(host) or host in self.insecure_registries:
            return True
        name = host
        try:
            name = urlsplit(f"//{host}").hostname or ""
            address = ipaddress.ip_address(name)
        except ValueError:
            return name in self.insecure_registries
        return any(address in network for network in _networks(self.insecure_registries))


class SettingsFile:
    """The settings in the file at `path`, which is read again when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[tuple[int, ...], Settings] | None = None

    def current(self) -> Settings:
        """The settings as they are now, the defaults without file; raises Refusal (500)."""
        signature = self._signature()
        read = self._read
        if read is None or read[0] != signature:
            # Of what changes while it is read, the older signature is kept: it is read once more.
            read = self._read = signature, Settings.read(self._path)
        return read[1]

    def _signature(self) -> tuple[int, ...]:
        try:
            status = self._path.stat()
        except OSError:
            return ()
        return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _places(fields: Json) -> dict[Place, Place]:
    """`{"172.17.0.2:5000": "127.0.0.1:32768"}`, host and port each."""
    given = as_object(fields.get("regnb-places", {}), "regnb-places")
    return {_place(name): _place(as_text(value, name)) for name, value in given.items()}


def _place(text: str) -> Place:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise InvalidManifest(f"`{text}` is no host and port.")
    return host.strip("[]"), int(port)


def _networks(texts: tuple[str, ...]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(text, strict=False) for text in texts if "/" in text]


def _texts(fields: Json, name: str) -> tuple[str, ...]:
    return tuple(as_text(item, name) for item in as_list(fields.get(name), name))


def _count(fields: Json, name: str) -> int:
    value = fields.get(name)
    return value if isinstance(value, int) and value > 0 else DEFAULT_PARALLEL
