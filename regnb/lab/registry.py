"""The lab's registry: a container of the open-source registry, published on loopback."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from regnb import errors
from regnb.engine import Container, Engine
from regnb.engine.ports import DEFAULT, PortChoice, on_free_port
from regnb.lab.auth import ISSUER, SERVICE
from regnb.lab.images import EngineImageSteps
from regnb.lab.keeper import wait_until_it_answers
from regnb.lab.ownership import LABEL
from regnb.lab.registry_settings import (
    Auth,
    RegistrySettings,
    htpasswd_settings,
    storage_settings,
    tls_settings,
    token_settings,
)
from regnb.lab.session import OWN_CERTIFICATE, REGISTRY_PORT, Session, published_port
from regnb.lab.show import Command, command
from regnb.lab.steps import step
from regnb.oci import ImageReference
from regnb.registry import RegistryClient
from regnb.tables.engine_tables import containers_table
from regnb.tables.table import Table
from regnb.widgets.frontend import somebody_looks

DEFAULT_NAME = "registry"
CLASSIC_IMAGE = "registry:2.6"
# registry:2.6 knows no OCI manifest, and that is what an engine with the containerd store pushes.
CONTAINERD_IMAGE = "registry:3"
_MOST = 100  # names that are tried: registry, registry-2, … registry-99


@dataclass(frozen=True, slots=True)
class Wanted:
    """The registry that a learner asks for; the lab chooses what is None."""

    image: str | None
    name: str | None
    port: int | None
    settings: RegistrySettings


class RegistrySteps(EngineImageSteps):
    """Run, stop, restart and remove the registry; its logs, its version, and where it is."""

    @property
    @step
    def address(self) -> str:
        """Host and port of the registry, for example `localhost:5000`."""
        return self._session.address

    @property
    @step
    def client(self) -> RegistryClient:
        """Client of the HTTP API of the lab's registry."""
        return self._session.client

    @property
    @step
    def container_address(self) -> str:
        """Host and port of the registry in the network of its engine: `172.17.0.2:5000`.

        Raises NoContainerAddress where the engine gives its containers none.
        """
        container = self._session.registry_container()
        if not container.address:
            raise errors.NoContainerAddress(container.name)
        return f"{container.address}:{REGISTRY_PORT}"

    @step
    def run_registry(  # noqa: PLR0913 - the choices of one `docker run`
        self,
        image: str | None = None,
        *,
        name: str | None = None,
        port: int | None = None,
        delete: bool = False,
        volume: str | None = None,
        memory: bool = False,
        tls: str | None = None,
        clients: bool = False,
        auth: Auth | None = None,
    ) -> Table:
        """Run the registry in the background; its containers table.

        `image` is `registry:2.6` when none is named (`registry:3` where 2.6 cannot work), `port`
        that of `REGNB_PORT`, else 5000, or the next free one after it. `delete` lets it delete,
        `volume` (a name, or a path of this machine) keeps its content, `memory` forgets it with
        the container. `tls` is the name of one of the lab's certificates, `clients` lets in only
        who shows another of them, `auth` asks for a password (`"htpasswd"`) or a token
        (`"token"`). A registry that runs already is kept, a stopped one is started again.
        """
        secured = self._tls_settings(tls, clients=clients) | _auth_settings(self._session, auth)
        source = self._volume_source(volume) if volume else None
        settings = storage_settings(delete=delete, volume=source, memory=memory) | secured
        container = self._run(Wanted(image, name, port, settings))
        self._say_what_to_read()
        return containers_table(self._translator, [container])

    @step
    def stop_registry(self) -> None:
        """Stop the registry; `run_registry()` starts it again."""
        session = self._session
        name = session.registry_container().name
        session.show(command("docker", "container", "stop", name))
        session.engine.stop_container(name)
        session.containers.forget()
        session.registry_name = name
        session.say("keeping.stopped", name=name)

    @step
    def restart_registry(self) -> Table:
        """Restart the registry, which reads its certificate then; its containers table."""
        session = self._session
        before = session.registry_container()
        session.show(command("docker", "container", "restart", before.name))
        session.engine.restart_container(before.name)
        _changed(session, before.name)
        wait_for(session)
        session.say("lab.registry_runs", address=session.address)
        container = session.registry_container()
        if before.address and container.address != before.address:
            mend = self._translator("errors.NoContainerAddress.mend")
            session.say("podman.new_address", address=container.address, mend=mend)
        return containers_table(self._translator, [container])

    @step
    def remove_registry(self) -> None:
        """Remove the container of the registry, and its content unless a volume keeps it."""
        session = self._session
        name = session.registry_container().name
        sources = session.containers.setup_of(name).sources.values()
        session.show(command("docker", "container", "rm", "--force", "--volumes", name))
        session.engine.remove_container(name)
        session.containers.forget()
        session.registry_name = None
        volumes = session.own_volumes() if sources else []
        kept = [source for source in sources if source in volumes or "/" in source]
        key = "keeping.removed_but" if kept else "keeping.removed"
        session.say(key, name=name, kept=", ".join(f"`{source}`" for source in kept))

    @step
    def containers(self) -> Table:
        """Containers of this lab, also stopped ones."""
        session = self._session
        words = ["--all", "--filter", f"label={LABEL}={session.lab}"]
        session.show(command("docker", "container", "ls", *words))
        return containers_table(self._translator, session.own_containers())

    @step
    def logs(self, *, tail: int = 20) -> None:
        """Show the last `tail` lines that the registry wrote."""
        session = self._session
        name = session.registry_container().name
        session.show(command("docker", "container", "logs", "--tail", str(tail), name))
        print(session.engine.logs(name, tail=tail), end="")

    @step
    def registry_version(self) -> str:
        """What the program of the registry says that it is."""
        container = self._session.registry_container()
        words = ["run", "--rm", container.image, "--version"]
        self._session.show(command("docker", "container", *words))
        return version_of(self._session, container)

    def _run(self, wanted: Wanted) -> Container:
        """The registry that is wanted; it answers when this returns."""
        session = self._session
        container = find_registry(session, wanted)
        if container and container.is_running:
            session.registry_name = container.name
            wait_quietly(session)
            address = session.address
            session.say("lab.registry_runs_already", name=container.name, address=address)
            return container
        if container:
            session.show(command("docker", "container", "start", container.name))
            session.engine.start_container(container.name)
            _changed(session, container.name)
        else:
            self._create(wanted)
        wait_for(session)
        session.say("lab.registry_runs", address=session.address)
        return session.registry_container()

    def _create(self, wanted: Wanted) -> None:
        if wanted.port:
            self._create_on(wanted, PortChoice(wanted.port, wanted.port))
        else:
            on_free_port(lambda choice: self._create_on(wanted, choice))

    def _create_on(self, wanted: Wanted, choice: PortChoice) -> None:
        session, engine = self._session, self._session.engine
        image = ImageReference.parse(wanted.image or _default_image(engine))
        name = wanted.name or self._free_name()
        if choice.taken_by:
            who = self._translator(f"lab.taken_by_{choice.taken_by}")
            session.say("lab.port_taken", taken=choice.first, who=who, port=choice.port)
        session.show(_run_command(session, wanted, name, choice.port))
        if engine.find_image(image) is None:
            session.say("lab.image_not_local", image=image.familiar)
            self._pull(image, before=None)
        try:
            container = engine.run_container(
                image,
                name=name,
                host_port=choice.port,
                container_port=REGISTRY_PORT,
                labels=session.labels,
                environment=wanted.settings.environment,
                volumes=wanted.settings.mounts,
            )
        except errors.NameTaken:
            session.containers.forget()
            if wanted.name or name not in self._names():
                raise
            self._create_on(wanted, choice)  # somebody took it between the look and the start
            return
        session.forget_clients()
        session.containers.add(container)
        session.registry_name = name

    def _tls_settings(self, name: str | None, *, clients: bool) -> RegistrySettings:
        """The certificate `name`, which may be None; with `clients`, the lab has one to show."""
        if name is None:
            return RegistrySettings()
        certificates = self._session.certificates
        folder = certificates.folder_of(name)
        if clients and not certificates.has(OWN_CERTIFICATE):
            certificates.issue(OWN_CERTIFICATE, [], role="client")
            self._session.say("security.own_certificate", name=OWN_CERTIFICATE)
        return tls_settings(name, folder, clients=clients)

    def _volume_source(self, text: str) -> str:
        """The path of this machine that `text` is, or the name of the lab's volume for it."""
        if "/" in text or "\\" in text:
            return str(Path(text).expanduser().resolve())
        own = self._session.own_volumes()
        name = volume_for(text, own, self._session.engine.volumes())
        if name != text and name not in own:
            self._session.say("keeping.volume_taken", taken=text, name=name)
        return name

    def _names(self) -> set[str]:
        return {container.name for container in self._session.containers.all()}

    def _free_name(self) -> str:
        taken = self._names()
        name = next((one for one in _names_like(DEFAULT_NAME) if one not in taken), None)
        if name is None:
            raise errors.NameTaken(
                "Every name from registry to registry-99 is taken.", subject=DEFAULT_NAME
            )
        if name != DEFAULT_NAME:
            self._session.say("lab.name_taken", taken=DEFAULT_NAME, name=name)
        return name

    def _say_what_to_read(self) -> None:
        """Tell a reader whose only registry is elsewhere than the text of the chapters says."""
        session, usual = self._session, f"localhost:{DEFAULT}"
        elsewhere = session.address != usual and len(session.own_containers()) == 1
        if elsewhere and somebody_looks():
            session.say("lab.read_instead", usual=usual, address=session.address)


def find_registry(session: Session, wanted: Wanted) -> Container | None:
    """The lab's registry, running or not; None when there is none.

    Raises RegistryDiffers when it has another image, port or settings than those asked for.
    """
    named = [one for one in session.own_containers() if wanted.name in {None, one.name}]
    if not named:
        return None
    container = named[0] if wanted.name else session.registry_container()
    published = published_port(container)
    other_port = wanted.port is not None and published not in {None, wanted.port}
    asked = ImageReference.parse(wanted.image) if wanted.image else None
    other_image = asked and asked != ImageReference.parse(container.image)
    if other_port or other_image or not _has(session, container, wanted.settings):
        raise errors.RegistryDiffers(container.name, container.image, published)
    return container


def wait_for(session: Session) -> None:
    """Wait until the lab's registry answers, if only to refuse: without a password, or in TLS.

    Raises RegistryUnreachable when it does not in time, RegistryGaveUp when it has ended.
    """
    try:
        wait_until_it_answers(session.client, lambda: _look(session))
    except errors.RegistryStopped as error:
        lines = session.engine.logs(error.subject, tail=1).strip().splitlines()
        raise errors.RegistryGaveUp(error.subject, lines[-1] if lines else "?") from error


def wait_quietly(session: Session) -> None:
    """Wait until the lab's registry answers, as `wait_for`, in a step that did not start it."""
    with session.quiet_client as client:
        wait_until_it_answers(client, lambda: _look(session))


def version_of(session: Session, container: Container) -> str:
    """What the program of the registry in `container` says that it is."""
    image = ImageReference.parse(container.image)
    return session.engine.run_to_end(image, ["--version"], labels=session.labels)[1].strip()


def volume_for(text: str, own: Collection[str], known: Collection[str]) -> str:
    """The name of the lab's volume for `text`: of the lab's `own`, or one that nobody has.

    `known` are the volumes of everybody. Raises NameTaken when others have the name, and a hundred
    like it.
    """
    names = list(_names_like(text))
    others = set(known) - set(own)
    found = [one for one in names if one in own] or [one for one in names if one not in others]
    if not found:
        raise errors.NameTaken(f"Every volume from {text} to {text}-99 is taken.", subject=text)
    return found[0]


def _names_like(name: str) -> Iterable[str]:
    return (name, *(f"{name}-{number}" for number in range(2, _MOST)))


def _look(session: Session) -> str:
    """The address, asked anew; raises RegistryStopped when the registry has ended."""
    session.containers.forget()
    return session.address


def _changed(session: Session, name: str) -> None:
    """The registry `name` was started: it may have another port, and other settings."""
    session.containers.forget()
    session.registry_name = name
    session.forget_clients()


def _has(session: Session, container: Container, settings: RegistrySettings) -> bool:
    """Whether `container` was made with all of `settings`; it may have more."""
    made = session.containers.setup_of(container.name)
    return (
        settings.environment.items() <= made.environment.items()
        and {**settings.volumes, **settings.files}.items() <= made.sources.items()
    )


def _default_image(engine: Engine) -> str:
    return CONTAINERD_IMAGE if engine.has_containerd_store else CLASSIC_IMAGE


def _auth_settings(session: Session, auth: Auth | None) -> RegistrySettings:
    """Settings for who is let in; raises NoTokenServer."""
    if auth == "htpasswd":
        return htpasswd_settings(session.users.file)
    if auth == "token":
        certificate = session.tokens.issuer.certificate_file
        url = session.tokens.url
        return token_settings(url, service=SERVICE, issuer=ISSUER, certificate=certificate)
    return RegistrySettings()


def _run_command(session: Session, wanted: Wanted, name: str, port: int) -> Command:
    labels = [
        word for key, value in session.labels.items() for word in ("--label", f"{key}={value}")
    ]
    published = f"127.0.0.1:{port}:{REGISTRY_PORT}"
    words = ["--name", name, "--detach", "--publish", published, *labels, *wanted.settings.words()]
    image = wanted.image or _default_image(session.engine)
    return command("docker", "container", "run", *words, image, folder=session.folder.path)
