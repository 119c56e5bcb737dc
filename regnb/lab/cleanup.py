"""The end of a lab: remove what it made, nothing else, and prove it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from regnb.engine.ports import is_free
from regnb.errors import EngineError, NotClean
from regnb.lab.session import Session, published_port
from regnb.lab.show import command
from regnb.lab.steps.second import remove_second
from regnb.oci import ImageReference


def clean_up(session: Session, *, keep_images: bool = False) -> None:
    """Remove the containers, volumes and images of this lab; raises NotClean if something is left.

    `keep_images` leaves the images that were pulled or tagged on the engine, and in the record.
    """
    containers = session.own_containers()
    ports = [port for port in map(published_port, containers) if port]
    for container in containers:
        session.show(command("docker", "container", "rm", "--force", "--volumes", container.name))
        session.engine.remove_container(container.name)
    volumes = session.own_volumes()
    for volume in volumes:
        session.show(command("docker", "volume", "rm", volume))
        session.engine.remove_volume(volume)
    images = [] if keep_images else list(_remove_images(session))
    session.registry_name = None
    session.forget_clients()
    session.tokens.stop()
    remove_second(session.folder)
    folder = session.folder.path
    if session.folder.remove():
        session.show(command("rm", "-r", str(folder), folder=folder))
        session.say("security.folder_removed")
    _prove(session, ports)
    _tell(session, {"containers": len(containers), "volumes": len(volumes), "images": len(images)})
    for port in ports:
        session.say("lab.port_free_again", port=port)


def _remove_images(session: Session) -> Iterator[str]:
    for name in reversed(session.record.images):
        reference = ImageReference.parse(name)
        if session.engine.find_image(reference):
            session.show(command("docker", "image", "rm", name))
            try:
                session.engine.remove_image(reference)
            except EngineError:  # a container that is not the lab's uses it
                session.say("lab.image_in_use", image=name)
                continue
            yield name
        session.record.discard(name)


def _tell(session: Session, counts: Mapping[str, int]) -> None:
    removed = [
        session.translator(f"lab.count_{kind}", count=count)
        for kind, count in counts.items()
        if count
    ]
    if removed:
        session.say("lab.cleaned", removed=", ".join(removed))
    else:
        session.say("lab.nothing_to_clean")


def _prove(session: Session, ports: list[int]) -> None:
    left = [container.name for container in session.own_containers()]
    left += session.own_volumes()
    left += [f"port {port}" for port in ports if not is_free(port)]
    if session.folder.path.exists():
        left.append(str(session.folder.path))
    if left:
        raise NotClean(left)
