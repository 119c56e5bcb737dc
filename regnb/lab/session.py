"""What the steps of one lab share: the engine, the language, the names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from regnb.engine import Container, Engine
from regnb.errors import ContainerNotFound, RegistryError, RegistryStopped
from regnb.i18n import Translator
from regnb.lab.auth.running import TokenService
from regnb.lab.auth.tokens import Issuer
from regnb.lab.auth.users import Users
from regnb.lab.exchanges import Exchanges
from regnb.lab.folder import Folder, folder_of
from regnb.lab.identity import LABEL
from regnb.lab.record import Record
from regnb.lab.registry.settings import CERTIFICATE, CLIENT_AUTHORITIES
from regnb.lab.show import Command, Sentence, show
from regnb.lab.tls.store import Certificates
from regnb.oci import ImageReference
from regnb.oci.reference import DOCKER_HUB
from regnb.outgoing import is_loopback
from regnb.registry import Credentials, RegistryClient, UrllibTransport

REGISTRY_PORT = 5000  # of the registry inside its container
# The certificate that the lab itself shows to a registry that asks for one.
OWN_CERTIFICATE = "lab"


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
        address = f"localhost:{port}"
        self.translator.registry = address
        return address

    @property
    def client(self) -> RegistryClient:
        """Client of the lab's registry."""
        return self._client(self.address)

    @property
    def quiet_client(self) -> RegistryClient:
        """A client of the lab's registry whose exchanges belong to no step."""
        return self.quiet_client_at(self.address)

    def quiet_client_at(self, address: str) -> RegistryClient:
        """As `quiet_client`, of the registry at `address`."""
        return self._new_client(address, heard=False)

    def client_of(self, reference: ImageReference) -> RegistryClient:
        """Client of the registry that `reference` names; raises NotARegistry when it is none."""
        address = reference.registry
        if address in self._clients:
            return self._clients[address]
        client = self._client(address)
        try:
            client.probe()
        except RegistryError:
            del self._clients[address]
            raise
        return client

    def log_in(self, address: str, credentials: Credentials | None) -> None:
        """Let requests to the registry at `address` carry `credentials` from now on."""
        self._credentials.pop(address, None)
        if credentials:
            self._credentials[address] = credentials
        self.forget_clients()

    def user_at(self, address: str) -> str | None:
        """The name that requests to the registry at `address` carry, if they carry one."""
        credentials = self._credentials.get(address)
        return credentials.username if credentials else None

    def forget_clients(self) -> None:
        """Make new clients from now on: a registry may have other settings than before."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def secure_transport(self, container: Container) -> UrllibTransport | None:
        """Connections that trust the lab's authority; None when `container` has no TLS."""
        if CERTIFICATE not in self.engine.setup_of(container.name).environment:
            return None
        return UrllibTransport(
            ca_file=self.certificates.authority_file, client_certificate=self.pair_for(container)
        )

    def pair_for(self, container: Container) -> tuple[Path, Path] | None:
        """The lab's own client certificate and key, when `container` asks for one."""
        if CLIENT_AUTHORITIES not in self.engine.setup_of(container.name).environment:
            return None
        return self.certificates.pair_of(OWN_CERTIFICATE)

    @cached_property
    def folder(self) -> Folder:
        """The folder of this lab."""
        return folder_of(self.record)

    @cached_property
    def certificates(self) -> Certificates:
        """The certificates of this lab."""
        return Certificates(self.folder)

    @cached_property
    def users(self) -> Users:
        """The users of this lab."""
        return Users(self.folder)

    @cached_property
    def tokens(self) -> TokenService:
        """The token server of this lab."""
        issuer = Issuer(self.folder, self.certificates)
        return TokenService(self.folder, self.users, issuer)

    @contextmanager
    def bare_transport(self) -> Iterator[UrllibTransport]:
        """Connections to the lab's registry that know no credentials."""
        transport = self._transport(self.address) or UrllibTransport()
        try:
            yield transport
        finally:
            transport.close()

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

    def _client(self, address: str) -> RegistryClient:
        if address not in self._clients:
            self._clients[address] = self._new_client(address)
        return self._clients[address]

    def _new_client(self, address: str, *, heard: bool = True) -> RegistryClient:
        transport = self._transport(address)
        plain = transport is None and is_loopback(address)
        return RegistryClient(
            f"{'http' if plain else 'https'}://{address}",
            transport=transport,
            credentials=self._credentials.get(address),
            on_exchange=self.exchanges.hear if heard else None,
        )

    def _transport(self, address: str) -> UrllibTransport | None:
        """Connections for the lab's own registry with TLS, if it is the one at `address`."""
        for container in self.own_containers():
            if f"localhost:{published_port(container)}" == address:
                return self.secure_transport(container)
        return None

    @cached_property
    def _clients(self) -> dict[str, RegistryClient]:
        return {}

    @cached_property
    def _credentials(self) -> dict[str, Credentials]:
        return {}


def published_port(container: Container) -> int | None:
    """Port of this machine on which the registry in `container` is published."""
    return container.host_port(REGISTRY_PORT)
