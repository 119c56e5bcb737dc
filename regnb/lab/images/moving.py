"""Images on the way: between registries without an engine, to files, to a backup and back."""

from __future__ import annotations

import queue
import shlex
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from regnb.engine import Progress
from regnb.errors import InvalidManifest, NoBackup, NotFound
from regnb.lab.images.progress import follow
from regnb.lab.session import Session
from regnb.lab.show import command
from regnb.oci import Descriptor, ImageReference
from regnb.registry import RegistryClient
from regnb.registry.copying import Copied, How, OnBlob, RegistryRepository, copy_image
from regnb.registry.layout import LayoutFolder

_STATUS: dict[How | None, str] = {
    None: "Pushing",
    "sent": "Pushed",
    "mounted": "Layer already exists",
    "present": "Layer already exists",
}


def copy(session: Session, source: ImageReference, target: ImageReference) -> Copied:
    """Copy an image between registries, or between repositories of one; no engine is asked."""
    from_client, to_client = session.client_of(source), session.client_of(target)
    options = [
        *(["--src-tls-verify=false"] if _is_plain(from_client) else []),
        *(["--dest-tls-verify=false"] if _is_plain(to_client) else []),
    ]
    names = [f"docker://{name.familiar}" for name in (source, target)]
    session.show(command("skopeo", "copy", "--all", *options, *names))
    return _followed(
        session,
        lambda on_blob: copy_image(
            RegistryRepository(from_client, source.repository),
            RegistryRepository(to_client, target.repository),
            source.reference,
            name=target.reference,
            on_blob=on_blob,
        ),
    )


def back_up(session: Session, folder: Path) -> dict[str, Copied]:
    """Copy every image under a tag of the lab's registry into the layout in `folder`, by name.

    Others may push meanwhile: each image is the one that its tag led to when it was asked for, and
    is whole. What was in `folder` and is so no more in the registry stays as files, without a name.
    """
    layout, client = LayoutFolder(folder), session.client
    _show_sync(session, f"{session.address}", str(folder), to_folder=True)
    done: dict[str, Copied] = {}
    for repository in client.list_repositories():
        source, target = RegistryRepository(client, repository), layout.in_repository(repository)
        for tag in _tags(client, repository):
            try:
                done[f"{repository}:{tag}"] = copy_image(source, target, tag, name=tag)
            except NotFound:  # deleted since the list was read
                continue
    layout.save()
    return done


def restore(session: Session, folder: Path) -> dict[str, Copied]:
    """Copy every image of the layout in `folder` to the lab's registry; raises NoBackup."""
    try:
        layout = LayoutFolder.open(folder)
    except InvalidManifest as error:
        raise NoBackup(str(folder)) from error
    _show_sync(session, str(folder), f"{session.address}", to_folder=False)
    done: dict[str, Copied] = {}
    for name in sorted(layout.entries):
        repository, _, tag = name.rpartition(":") if "@" not in name else ("", "", "")
        if tag:
            source = layout.in_repository(repository)
            target = RegistryRepository(session.client, repository)
            done[name] = copy_image(source, target, tag, name=tag)
    return done


def save(session: Session, reference: ImageReference, path: Path) -> None:
    """Write an image of the engine into the tar `path`."""
    session.show(command("docker", "image", "save", "--output", str(path), reference.familiar))
    with path.open("wb") as file:
        for block in session.engine.save(reference):
            file.write(block)


def load(session: Session, path: Path) -> list[str]:
    """Names of the images in the tar `path`, which the engine has from now on."""
    session.show(command("docker", "image", "load", "--input", str(path)))
    before = {f"{image.name}:{image.tag}" for image in session.engine.images()}
    with path.open("rb") as file:
        names = session.engine.load(file)
    for name in names:
        if name not in before:
            session.record.add(name)
    return names


def _tags(client: RegistryClient, repository: str) -> list[str]:
    try:
        return client.list_tags(repository)
    except NotFound:
        return []


def _show_sync(session: Session, source: str, target: str, *, to_folder: bool) -> None:
    """The command that does nearly the same: one image of it, as skopeo has no whole registry."""
    place = shlex.quote(source if not to_folder else target)
    registry = target if not to_folder else source
    layout, image = f"oci:{place}:NAME:TAG", f"docker://{registry}/NAME:TAG"
    words = [image, layout] if to_folder else [layout, image]
    plain = "--src-tls-verify=false" if to_folder else "--dest-tls-verify=false"
    session.show(command("skopeo", "copy", "--all", plain, *words))


def _is_plain(client: RegistryClient) -> bool:
    return client.url.startswith("http://")


def _followed(session: Session, work: Callable[[OnBlob], Copied]) -> Copied:
    """What `work` gives; its blobs are shown on the way."""
    results: list[Copied] = []
    follow(_progress_of(work, results), session.translator)
    return results[0]


def _progress_of(work: Callable[[OnBlob], Copied], results: list[Copied]) -> Iterator[Progress]:
    """Progress of `work`, which runs in a thread of its own; what it raises is raised here."""
    events: queue.SimpleQueue[Progress | BaseException | None] = queue.SimpleQueue()

    def on_blob(blob: Descriptor, done: int, how: How | None) -> None:
        events.put(Progress(blob.digest.hex[:12], _STATUS[how], done, blob.size))

    def run() -> None:
        try:
            results.append(work(on_blob))
            events.put(None)
        except BaseException as error:  # noqa: BLE001 - raised again where the caller is
            events.put(error)

    threading.Thread(target=run, daemon=True).start()
    while (event := events.get()) is not None:
        if isinstance(event, BaseException):
            raise event
        yield event
