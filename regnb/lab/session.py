"""What the steps of one lab share: the engine, the language, the names."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from regnb.engine import Container, Engine
from regnb.errors import ContainerNotFound, RegistryStopped
from regnb.i18n import Translator
from regnb.lab.exchanges import Exchanges
from regnb.lab.identity import LABEL
from regnb.lab.record import Record
from regnb.lab.show import Command, Sentence, show
from regnb.oci import ImageReference
from regnb.oci.reference import DOCKER_HUB
from regnb.registry import RegistryClient

REGISTRY_PORT = 5000  # of the registry inside its container


@dataclass
class Session:
    """One learner's lab on one engine."""

    engine: Engine
    translator: Translator
    lab: str
    record: Record
    registry_name: str | None = None
    exchanges: Exchanges = field(default_factory=Exchanges)

    @property
    def language(self) -> str:
        """`fr` or `en`."""
        return self.translator.language

    @property
    def labels(self) -> dict[str, str]:
        """The label that everything this lab creates carries."""
        return {LABEL: self.lab}

    def own_containers(self) -> list[Container]:
        """Containers that this lab created, also stopped ones."""
        return self.engine.containers(label=f"{LABEL}={self.lab}")

    def own_volumes(self) -> list[str]:
        """Names of the volumes that this lab created."""
        return self.engine.volumes(label=f"{LABEL}={self.lab}")

    def registry_container(self) -> Container:
        """The lab's registry; raises ContainerNotFound when there is none yet."""
        containers = self.own_containers()
        named = [item for item in containers if item.name == self.registry_name]
        running = [item for item in containers if item.is_running]
        for container in named or running or containers:
            return container
        raise ContainerNotFound(
            "The lab has no registry.", subject=self.registry_name or "registry"
        )

    @property
    def address(self) -> str:
        """Host and port of the lab's registry, for example `localhost:5000`.

        Raises ContainerNotFound when there is none, RegistryStopped when it does not run.
        """
        container = self.registry_container()
        port = published_port(container)
        if port is None:
            raise RegistryStopped("The registry is stopped.", subject=container.name)
        return f"localhost:{port}"

    @property
    def client(self) -> RegistryClient:
        """Client of the lab's registry."""
        address = self.address
        if address not in self._clients:
            self._clients[address] = self._new_client(address)
        return self._clients[address]

    @property
    def quiet_client(self) -> RegistryClient:
        """A client of the lab's registry whose exchanges belong to no step."""
        return self._new_client(self.address, heard=False)

    def client_of(self, reference: ImageReference) -> RegistryClient:
        """Client of the registry that `reference` names; raises NotARegistry when it is none."""
        address = reference.registry
        if address not in self._clients:
            client = self._new_client(address)
            client.probe()
            self._clients[address] = client
        return self._clients[address]

    def reference(self, text: str) -> ImageReference:
        """Reference of an image in a registry; one that names none is in the lab's."""
        reference = ImageReference.parse(text)
        if reference.registry != DOCKER_HUB:
            return reference
        return ImageReference.parse(f"{self.address}/{text}")

    def show(self, command: Command) -> None:
        """Show the command that a step stands for."""
        show(command)

    def say(self, key: str, **values: object) -> None:
        """Show the sentence `key`."""
        show(Sentence(self.translator(key, **values)))

    @cached_property
    def _clients(self) -> dict[str, RegistryClient]:
        return {}

    def _new_client(self, address: str, *, heard: bool = True) -> RegistryClient:
        scheme = "http" if address.startswith(("localhost:", "127.")) else "https"
        hear = self.exchanges.hear if heard else None
        return RegistryClient(f"{scheme}://{address}", on_exchange=hear)


def published_port(container: Container) -> int | None:
    """Port of this machine on which the registry in `container` is published."""
    return container.host_port(REGISTRY_PORT)
