"""The end of a lab: remove what it made, nothing else, and prove it."""

from __future__ import annotations

from collections.abc import Mapping

from regnb.engine.ports import is_free
from regnb.errors import EngineError, ImageNotFound, NotClean
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
    images = [] if keep_images else _remove_images(session)
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


def _remove_images(session: Session) -> list[str]:
    """Remove the images of the lab; the names that are gone. One that is used stays recorded."""
    names = list(reversed(session.record.images))
    found = [name for name in names if session.engine.find_image(ImageReference.parse(name))]
    if found:
        session.show(command("docker", "image", "rm", *found))
    used = {name for name in found if not _remove_image(session, name)}
    for name in set(names) - used:
        session.record.discard(name)
    return [name for name in found if name not in used]


def _remove_image(session: Session, name: str) -> bool:
    """Whether the image of this name is gone: a container that is not the lab's may use it."""
    try:
        session.engine.remove_image(ImageReference.parse(name))
    except ImageNotFound:  # it went with another name, as in the containerd store
        return True
    except EngineError:
        session.say("lab.image_in_use", image=name)
        return False
    return True


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
