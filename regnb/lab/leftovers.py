"""What earlier labs left on the engine, for instance when a notebook was never finished."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from regnb.engine import Engine
from regnb.inventory import default_path, files_of
from regnb.lab.folder import folder_of
from regnb.lab.identity import LABEL, lab_id
from regnb.lab.record import record_of
from regnb.lab.steps.second import remove_second
from regnb.oci import ImageReference


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
    folder = folder_of(record_of(lab_id()))
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
            folder = folder_of(record_of(lab_id()))
            remove_second(folder)
            folder.remove()
        case _:
            reference = ImageReference.parse(leftover.name)
            if engine.find_image(reference):
                engine.remove_image(reference)
            record_of(lab_id()).discard(leftover.name)
