"""The lab's registry: a container of the open-source registry, published on loopback."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from regnb.engine import Container
from regnb.engine.ports import DEFAULT, choose_port
from regnb.errors import (
    ContainerNotFound,
    NameTaken,
    PortTaken,
    RegistryDiffers,
    RegistryGaveUp,
    RegistryStopped,
    RegistryUnreachable,
    TLSFailed,
    Unauthorized,
)
from regnb.lab.images.engine import pull
from regnb.lab.registry.settings import RegistrySettings
from regnb.lab.registry.volumes import resolved
from regnb.lab.session import REGISTRY_PORT, Session, published_port
from regnb.lab.show import command
from regnb.oci import ImageReference
from regnb.registry import RegistryClient
from regnb.widgets.frontend import somebody_looks

DEFAULT_NAME = "registry"
CLASSIC_IMAGE = "registry:2.6"
# registry:2.6 knows no OCI manifest, and that is what an engine with the containerd store pushes.
CONTAINERD_IMAGE = "registry:3"
START_TIMEOUT = 30.0
POLL = 0.05
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """The registry that a learner asks for; the lab chooses what is None."""

    image: str | None = None
    name: str | None = None
    port: int | None = None
    settings: RegistrySettings = field(default_factory=RegistrySettings)


def run_registry(session: Session, wanted: Wanted) -> Container:
    """Run the registry in the background, or find it running; it answers when this returns.

    Raises NameTaken or PortTaken when the name or the port that was asked for is, InvalidPort when
    the lab can begin nowhere, RegistryDiffers when its registry exists with another image, port or
    settings than those asked for, and RegistryGaveUp when it ends instead of answering.
    """
    wanted = replace(wanted, settings=resolved(session, wanted.settings))
    container = _own(session, wanted.name)
    if container is not None:
        _refuse_another(session, container, wanted)
    if container is None:
        session.forget_clients()
        container = _create(session, wanted)
    elif container.is_running:
        session.registry_name = container.name
        wait_quietly(session)
        session.say("lab.registry_runs_already", name=container.name, address=session.address)
        _say_what_to_read(session)
        return container
    else:
        session.show(command("docker", "container", "start", container.name))
        session.engine.start_container(container.name)
        session.forget_clients()
    session.registry_name = container.name
    wait_for(session)
    session.say("lab.registry_runs", address=session.address)
    _say_what_to_read(session)
    return session.registry_container()


def stop_registry(session: Session) -> None:
    """Stop the lab's registry; raises ContainerNotFound when there is none."""
    name = session.registry_container().name
    session.show(command("docker", "container", "stop", name))
    session.engine.stop_container(name)
    session.registry_name = name
    session.say("keeping.stopped", name=name)


def remove_registry(session: Session) -> None:
    """Remove the container of the lab's registry with the volumes that have no name.

    Raises ContainerNotFound when there is none.
    """
    container = session.registry_container()
    sources = session.engine.setup_of(container.name).sources.values()
    session.show(command("docker", "container", "rm", "--force", "--volumes", container.name))
    session.engine.remove_container(container.name)
    session.registry_name = None
    kept = [source for source in sources if source in session.own_volumes() or "/" in source]
    key = "keeping.removed_but" if kept else "keeping.removed"
    session.say(key, name=container.name, kept=", ".join(f"`{source}`" for source in kept))


def restart_registry(session: Session) -> Container:
    """Restart the registry, which then reads its certificates again."""
    container = session.registry_container()
    session.show(command("docker", "container", "restart", container.name))
    session.engine.restart_container(container.name)
    session.registry_name = container.name
    session.forget_clients()
    wait_for(session)
    session.say("lab.registry_runs", address=session.address)
    restarted = session.registry_container()
    if container.address and restarted.address != container.address:
        mend = session.translator("errors.NoContainerAddress.mend")
        session.say("podman.new_address", address=restarted.address, mend=mend)
    return restarted


def wait_for(session: Session) -> None:
    """Wait until the lab's registry answers, if only to refuse: without a password, or in TLS.

    Raises RegistryUnreachable when it does not in time, RegistryGaveUp when it has ended.
    """
    try:
        wait_until_it_answers(session.client, lambda: session.address)
    except RegistryStopped as error:
        raise _gave_up(session, error.subject) from error


def wait_quietly(session: Session) -> None:
    """Wait until the lab's registry answers, as `wait_for`, in a step that did not start it."""
    with session.quiet_client as client:
        wait_until_it_answers(client, lambda: session.address)


def wait_until_it_answers(client: RegistryClient, look: Callable[[], object] = str) -> None:
    """Wait until the registry answers; raises RegistryUnreachable when it does not in time.

    `look` is called while it does not, and may raise to end the waiting. What accepts a connection
    and closes it is not the registry: Docker's proxy listens for it before it has started.
    """
    end = time.monotonic() + START_TIMEOUT
    while True:
        try:
            client.ping()
        except (RegistryUnreachable, TLSFailed) as error:
            if isinstance(error, TLSFailed) and error.reason != "closed":
                return
            look()
            if time.monotonic() > end:
                raise
            time.sleep(POLL)
        except Unauthorized:
            return
        else:
            return


def _gave_up(session: Session, name: str) -> RegistryGaveUp:
    lines = session.engine.logs(name, tail=1).strip().splitlines()
    return RegistryGaveUp(name, lines[-1] if lines else "?")


def _own(session: Session, name: str | None) -> Container | None:
    if name is not None:
        return next((found for found in session.own_containers() if found.name == name), None)
    try:
        return session.registry_container()
    except ContainerNotFound:
        return None


def _refuse_another(session: Session, container: Container, wanted: Wanted) -> None:
    published = published_port(container)
    other_port = wanted.port is not None and published not in {None, wanted.port}
    asked = ImageReference.parse(wanted.image) if wanted.image else None
    other_image = asked and asked != ImageReference.parse(container.image)
    if other_port or other_image or not _has(session, container, wanted.settings):
        raise RegistryDiffers(container.name, container.image, published)


def _has(session: Session, container: Container, settings: RegistrySettings) -> bool:
    """Whether `container` was made with all of `settings`; it may have more."""
    made = session.engine.setup_of(container.name)
    return (
        settings.environment.items() <= made.environment.items()
        and {**settings.volumes, **settings.files}.items() <= made.sources.items()
    )


def _image(session: Session) -> str:
    return CONTAINERD_IMAGE if session.engine.has_containerd_store else CLASSIC_IMAGE


def _create(session: Session, wanted: Wanted) -> Container:
    image = wanted.image or _image(session)
    reference = ImageReference.parse(image)
    chosen_name = wanted.name or _free_name(session)
    refused: set[int] = set()
    while True:
        chosen_port = wanted.port or _free_port(session, refused)
        _show_run(session, image, chosen_name, chosen_port, wanted.settings)
        if session.engine.find_image(reference) is None:
            session.say("lab.image_not_local", image=reference.familiar)
            pull(session, reference)
        try:
            return session.engine.run_container(
                reference,
                name=chosen_name,
                host_port=chosen_port,
                container_port=REGISTRY_PORT,
                labels=session.labels,
                environment=wanted.settings.environment,
                volumes=wanted.settings.mounts,
            )
        except PortTaken:
            # Somebody took it between the look and the start, or the engine sees more than we do.
            refused.add(chosen_port)
            if wanted.port or len(refused) == ATTEMPTS:
                raise


def _show_run(
    session: Session, image: str, name: str, port: int, settings: RegistrySettings
) -> None:
    labels = [
        word for key, value in session.labels.items() for word in ("--label", f"{key}={value}")
    ]
    published = f"127.0.0.1:{port}:{REGISTRY_PORT}"
    words = ["--name", name, "--detach", "--publish", published, *labels, *settings.words(), image]
    session.show(command("docker", "container", "run", *words, folder=session.folder.path))


def _free_name(session: Session) -> str:
    if session.engine.container(DEFAULT_NAME) is None:
        return DEFAULT_NAME
    for number in range(2, 100):
        name = f"{DEFAULT_NAME}-{number}"
        if session.engine.container(name) is None:
            session.say("lab.name_taken", taken=DEFAULT_NAME, name=name)
            return name
    raise NameTaken("Every name from registry to registry-99 is taken.", subject=DEFAULT_NAME)


def _free_port(session: Session, refused: Collection[int]) -> int:
    choice = choose_port(refused)
    if choice.taken_by:
        who = session.translator(f"lab.taken_by_{choice.taken_by}")
        session.say("lab.port_taken", taken=choice.first, who=who, port=choice.port)
    return choice.port


def _say_what_to_read(session: Session) -> None:
    """Tell a reader whose only registry is elsewhere than the text of the chapters says."""
    usual = f"localhost:{DEFAULT}"
    elsewhere = session.address != usual and len(session.own_containers()) == 1
    if elsewhere and somebody_looks():
        session.say("lab.read_instead", usual=usual, address=session.address)
