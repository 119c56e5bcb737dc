"""What the steps of one lab share: the engine, the language, the names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from regnb.engine import Container, Engine
from regnb.engine.containers import ContainerSetup
from regnb.engine.ports import is_free
from regnb.errors import ContainerNotFound, RegistryError, RegistryStopped
from regnb.i18n import Translator
from regnb.lab.auth import Issuer, TokenService, Users
from regnb.lab.authority import Certificates
from regnb.lab.exchanges import Exchanges
from regnb.lab.ownership import LABEL, Folder, Record, folder_of
from regnb.lab.registry_settings import AUTH, CERTIFICATE, CLIENT_AUTHORITIES
from regnb.lab.show import Command, Sentence, command, show
from regnb.oci import ImageReference
from regnb.oci.reference import DOCKER_HUB
from regnb.outgoing import is_loopback
from regnb.registry import Credentials, RegistryClient, UrllibTransport

REGISTRY_PORT = 5000  # of the registry inside its container
# The certificate that the lab itself shows to a registry that asks for one.
OWN_CERTIFICATE = "lab"


class ContainerSnapshot:
    """What an engine says of its containers, each thing asked once, until `forget`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._all: list[Container] | None = None
        self._setups: dict[str, ContainerSetup] = {}

    def all(self) -> list[Container]:
        """All containers of the engine, also stopped ones and those of others, by name."""
        if self._all is None:
            self._all = self._engine.containers()
        return self._all

    def setup_of(self, name: str) -> ContainerSetup:
        """What the container `name` was made with; raises ContainerNotFound."""
        if name not in self._setups:
            self._setups[name] = self._engine.setup_of(name)
        return self._setups[name]

    def add(self, container: Container) -> None:
        """Take in a container that was made since."""
        self._all = sorted([*self.all(), container], key=lambda one: one.name)

    def forget(self) -> None:
        """Ask anew from now on."""
        self._all = None
        self._setups.clear()


@dataclass
class Session:
    """One learner's lab on one engine."""

    engine: Engine
    translator: Translator
    lab: str
    record: Record
    registry_name: str | None = None
    exchanges: Exchanges = field(default_factory=Exchanges)
    _in_step: ContainerSnapshot | None = field(default=None, init=False, repr=False)
    _clients: dict[str, RegistryClient] = field(default_factory=dict, init=False, repr=False)
    _credentials: dict[str, Credentials] = field(default_factory=dict, init=False, repr=False)

    @property
    def labels(self) -> dict[str, str]:
        """The label that everything this lab creates carries."""
        return {LABEL: self.lab}

    def own_containers(self) -> list[Container]:
        """Containers that this lab created, also stopped ones."""
        return [one for one in self.containers.all() if one.labels.get(LABEL) == self.lab]

    @property
    def containers(self) -> ContainerSnapshot:
        """What the engine says of its containers: in a step the same until they change."""
        return self._in_step or ContainerSnapshot(self.engine)

    @contextmanager
    def asking_once(self) -> Iterator[None]:
        """A step: what the engine says of its containers is asked once, until they change.

        Who changes a container calls `containers.forget`.
        """
        outer = self._in_step
        self._in_step = outer or ContainerSnapshot(self.engine)
        try:
            yield
        finally:
            self._in_step = outer

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
        self.warn_of(address)
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
        if not self._has_tls(container):
            return None
        return UrllibTransport(
            ca_file=self.certificates.authority_file, client_certificate=self.pair_for(container)
        )

    def pair_for(self, container: Container) -> tuple[Path, Path] | None:
        """The lab's own client certificate and key, when `container` asks for one."""
        if CLIENT_AUTHORITIES not in self.containers.setup_of(container.name).environment:
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

    def resolve(self, text: str) -> tuple[RegistryClient, ImageReference]:
        """The client of the registry that the name `text` means, and its reference there."""
        reference = self.reference(text)
        return self.client_of(reference), reference

    def curl(self, url: str, *words: str, accept: Sequence[str] = ()) -> Command:
        """The command that requests `url`, as somebody whom the lab's own registry knows."""
        headers = ["--header", f"Accept: {', '.join(accept)}"] if accept else []
        options = [*self.trust_options(url), *self._user_options(urlsplit(url).netloc)]
        return command("curl", *options, *words, *headers, url, folder=self.folder.path)

    def trust_options(self, url: str) -> list[str]:
        """What curl has to be told for the TLS of the lab's registry at `url`; else nothing."""
        if url.startswith("http:"):
            return []
        container = self._container_at(urlsplit(url).netloc)
        if container is None or not self._has_tls(container):
            return []
        options = ["--cacert", str(self.certificates.authority_file)]
        pair = self.pair_for(container)
        return [*options, "--cert", str(pair[0]), "--key", str(pair[1])] if pair else options

    def warn_of(self, address: str) -> None:
        """Say so when what answers at `address` of this machine is no registry of this lab.

        Labs beside this one have the ports next to its own.
        """
        port = address.rpartition(":")[2]
        if not is_loopback(address) or not port.isdecimal() or is_free(int(port)):
            return
        own = [str(found) for one in self.own_containers() if (found := published_port(one))]
        if port in own:
            return
        yours = ", ".join(f"`localhost:{one}`" for one in own)
        self.say("lab.not_yours" if own else "lab.nobodys", address=address, yours=yours)

    def show(self, shown: Command) -> None:
        """Show the command that a step stands for."""
        show(shown)

    def say(self, key: str, **values: object) -> None:
        """Show the sentence `key`."""
        show(Sentence(self.translator(key, **values)))

    def _user_options(self, address: str) -> list[str]:
        """The name whose password curl asks for; tokens are another matter (chapter 05)."""
        name = self.user_at(address)
        if name is None or address != self.address:
            return []
        setup = self.containers.setup_of(self.registry_container().name)
        return ["--user", name] if setup.environment.get(AUTH) == "htpasswd" else []

    def _has_tls(self, container: Container) -> bool:
        return CERTIFICATE in self.containers.setup_of(container.name).environment

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
        container = self._container_at(address)
        return self.secure_transport(container) if container else None

    def _container_at(self, address: str) -> Container | None:
        for container in self.own_containers():
            if f"localhost:{published_port(container)}" == address:
                return container
        return None


def published_port(container: Container) -> int | None:
    """Port of this machine on which the registry in `container` is published."""
    return container.host_port(REGISTRY_PORT)
