"""The end of a lab: remove what it made, nothing else, and prove it; what earlier labs left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from regnb.engine import Engine
from regnb.engine.ports import is_free
from regnb.errors import EngineError, ImageNotFound, NotClean
from regnb.inventory import default_path, files_of
from regnb.lab.ownership import LABEL, lab_id, own_folder, record_of
from regnb.lab.second import remove_second
from regnb.lab.session import Session, published_port
from regnb.lab.show import command
from regnb.lab.steps import Steps, step
from regnb.oci import ImageReference


class CleanUpSteps(Steps):
    """The last step of a chapter."""

    @step
    def clean_up(self, *, keep_images: bool = False) -> None:
        """Remove everything that this lab made, and prove that nothing is left.

        `keep_images` leaves the images that were pulled or tagged on the engine. Raises NotClean.
        """
        session = self._session
        containers = session.own_containers()
        ports = [port for port in map(published_port, containers) if port]
        for container in containers:
            words = ("rm", "--force", "--volumes", container.name)
            session.show(command("docker", "container", *words))
            session.engine.remove_container(container.name)
        session.containers.forget()
        volumes = session.own_volumes()
        for volume in volumes:
            session.show(command("docker", "volume", "rm", volume))
            session.engine.remove_volume(volume)
        images = [] if keep_images else self._remove_images()
        session.registry_name = None
        session.forget_clients()
        session.tokens.stop()
        self._remove_folder()
        prove_clean(session)
        self._say_what_went(containers=len(containers), volumes=len(volumes), images=len(images))
        for port in filter(is_free, ports):  # somebody else may have taken it meanwhile
            session.say("lab.port_free_again", port=port)

    def _remove_images(self) -> list[str]:
        """Remove the images of the lab; their names. One that is used stays recorded."""
        session = self._session
        names = list(reversed(session.record.images))
        found = [name for name in names if session.engine.find_image(ImageReference.parse(name))]
        if found:
            session.show(command("docker", "image", "rm", *found))
        used = {name for name in found if not remove_image(session.engine, name)}
        for name in names:
            if name in used:
                session.say("lab.image_in_use", image=name)
            else:
                session.record.discard(name)
        return [name for name in found if name not in used]

    def _remove_folder(self) -> None:
        folder = self._session.folder
        remove_second(folder)
        if folder.remove():
            self._session.show(command("rm", "-r", str(folder.path), folder=folder.path))
            self._session.say("security.folder_removed")

    def _say_what_went(self, **counts: int) -> None:
        removed = [
            self._translator(f"lab.count_{kind}", count=count)
            for kind, count in counts.items()
            if count
        ]
        if removed:
            self._session.say("lab.cleaned", removed=", ".join(removed))
        else:
            self._session.say("lab.nothing_to_clean")


def remove_image(engine: Engine, name: str) -> bool:
    """Whether the image of this name is gone: a container that is not the lab's may use it."""
    try:
        engine.remove_image(ImageReference.parse(name))
    except ImageNotFound:  # it went with another name, as in the containerd store
        return True
    except EngineError:
        return False
    return True


def prove_clean(session: Session) -> None:
    """Raise NotClean when something of the lab is left."""
    left = [container.name for container in session.own_containers()]
    left += session.own_volumes()
    if session.folder.path.exists():
        left.append(str(session.folder.path))
    if left:
        raise NotClean(left)


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something a lab made; `kind` is `container`, `volume`, `image`, `folder` or `cache`."""

    kind: str
    name: str


def leftovers(engine: Engine, *, everybody: bool = False) -> Iterator[Leftover]:
    """Containers, volumes and images of this learner's lab; of every lab with `everybody`."""
    label = LABEL if everybody else f"{LABEL}={lab_id()}"
    for container in engine.containers(label=label):
        yield Leftover("container", container.name)
    for volume in engine.volumes(label=label):
        yield Leftover("volume", volume)
    for name in reversed(record_of(lab_id()).images):
        yield Leftover("image", name)
    folder = own_folder()
    if folder.path.exists():
        yield Leftover("folder", str(folder.path))


def remembered() -> Iterator[Leftover]:
    """What was kept of the answers of registries: by this user, whatever the lab."""
    path = default_path()
    if files_of(path):
        yield Leftover("cache", str(path))


def remove(engine: Engine, leftover: Leftover) -> None:
    """Remove one of them, with what hangs on it; raises EngineError for an image in use."""
    match leftover.kind:
        case "container":
            engine.remove_container(leftover.name)
        case "volume":
            engine.remove_volume(leftover.name)
        case "cache":
            for file in files_of(Path(leftover.name)):
                file.unlink(missing_ok=True)
        case "folder":
            folder = own_folder()
            remove_second(folder)
            folder.remove()
        case _:
            reference = ImageReference.parse(leftover.name)
            if engine.find_image(reference):
                engine.remove_image(reference)
            record_of(lab_id()).discard(leftover.name)
