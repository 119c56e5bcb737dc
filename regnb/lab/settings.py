"""How a registry of the lab differs from the one that its image starts by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

# https://distribution.github.io/distribution/about/configuration/
DELETE = "REGISTRY_STORAGE_DELETE_ENABLED"
STORAGE = "REGISTRY_STORAGE"
STORAGE_PATH = "/var/lib/registry"


@dataclass(frozen=True, slots=True)
class RegistrySettings:
    """What the container is given: variables, and sources by their path in the container.

    A source is the name of a volume, or a path of this machine when it has a slash.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    volumes: Mapping[str, str] = field(default_factory=dict)

    def __or__(self, other: Self) -> RegistrySettings:
        """These and those of `other`."""
        return RegistrySettings(
            {**self.environment, **other.environment}, {**self.volumes, **other.volumes}
        )

    def words(self) -> list[str]:
        """The options of `docker container run` that give them."""
        variables = [f"{name}={value}" for name, value in self.environment.items()]
        mounts = [f"{source}:{path}" for path, source in self.volumes.items()]
        return [
            *(word for text in variables for word in ("--env", text)),
            *(word for text in mounts for word in ("--volume", text)),
        ]


def storage_settings(
    *, delete: bool = False, volume: str | None = None, memory: bool = False
) -> RegistrySettings:
    """Where the registry keeps its content, and whether something may be deleted from it."""
    environment = {STORAGE: "inmemory"} if memory else {}
    if delete:
        environment[DELETE] = "true"
    return RegistrySettings(environment, {STORAGE_PATH: volume} if volume else {})
