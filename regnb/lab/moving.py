"""Images on the way: between registries without an engine, to files, to a backup and back."""

from __future__ import annotations

import queue
import shlex
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from regnb.engine import Progress
from regnb.errors import InvalidManifest, NoBackup, NotFound
from regnb.lab.progress_bars import follow
from regnb.lab.show import Command, command
from regnb.lab.steps import Steps, step
from regnb.oci import Descriptor, ImageReference
from regnb.registry import RegistryClient
from regnb.registry.copying import Copied, How, OnBlob, RegistryRepository, copy_image
from regnb.registry.layout_folder import LayoutFolder
from regnb.tables.storage_tables import copies_table
from regnb.tables.table import Table

_STATUS: dict[How | None, str] = {
    None: "Pushing",
    "sent": "Pushed",
    "mounted": "Layer already exists",
    "present": "Layer already exists",
}


class MovingSteps(Steps):
    """Copy images between registries, engines, files and backups."""

    @step
    def copy(self, source: str, target: str) -> Table:
        """Copy an image with all its platforms between registries, without an engine."""
        session = self._session
        from_client, old = session.resolve(source)
        to_client, new = session.resolve(target)
        options = [
            *(["--src-tls-verify=false"] if _is_plain(from_client) else []),
            *(["--dest-tls-verify=false"] if _is_plain(to_client) else []),
        ]
        names = [f"docker://{name.familiar}" for name in (old, new)]
        session.show(command("skopeo", "copy", "--all", *options, *names))
        results: list[Copied] = []
        copying = partial(
            copy_image,
            RegistryRepository(from_client, old.repository),
            RegistryRepository(to_client, new.repository),
            old.reference,
            name=new.reference,
        )
        follow(_progress_of(lambda on_blob: copying(on_blob=on_blob), results), self._translator)
        session.say("keeping.copied", source=old.familiar, target=new.familiar)
        return copies_table(self._translator, {new.familiar: results[0]})

    @step
    def save(self, reference: str, path: str | Path) -> None:
        """Write an image of the engine into a tar."""
        session, name = self._session, ImageReference.parse(reference)
        session.show(command("docker", "image", "save", "--output", str(path), name.familiar))
        with Path(path).open("wb") as file:
            file.writelines(session.engine.save(name))
            size = self._translator.size(file.tell())
        session.say("keeping.saved", image=reference, path=path, size=size)

    @step
    def load(self, path: str | Path) -> None:
        """Take the images of a tar into the engine."""
        session = self._session
        session.show(command("docker", "image", "load", "--input", str(path)))
        before = {f"{image.name}:{image.tag}" for image in session.engine.images()}
        with Path(path).open("rb") as file:
            names = session.engine.load(file)
        for name in names:
            if name not in before:
                session.record.add(name)
        session.say("keeping.loaded", names=", ".join(f"`{name}`" for name in names))

    @step
    def back_up(self, folder: str | Path) -> Table:
        """Copy all images of the registry into an OCI image layout in `folder`.

        Others may push meanwhile. A second time, only what is new is copied.
        """
        session = self._session
        session.show(_sync_command(session.address, str(folder), to_folder=True))
        copies = back_up(session.client, Path(folder))
        session.say("keeping.backed_up", count=len(copies), path=folder)
        return copies_table(self._translator, copies)

    @step
    def restore(self, folder: str | Path) -> Table:
        """Copy all images of a backup in `folder` to the registry, byte for byte."""
        session, layout = self._session, open_backup(Path(folder))
        session.show(_sync_command(str(folder), session.address, to_folder=False))
        copies = restore(layout, session.client)
        session.say("keeping.restored", count=len(copies), path=folder)
        return copies_table(self._translator, copies)


def back_up(client: RegistryClient, folder: Path) -> dict[str, Copied]:
    """Copy every image under a tag of the registry into the layout in `folder`, by name.

    Others may push meanwhile: each image is the one that its tag led to when it was asked for, and
    is whole. What was in `folder` and is so no more in the registry stays as files, without a name.
    """
    layout = LayoutFolder(folder)
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


def open_backup(folder: Path) -> LayoutFolder:
    """The layout in `folder`; raises NoBackup."""
    try:
        return LayoutFolder.open(folder)
    except InvalidManifest as error:
        raise NoBackup(str(folder)) from error


def restore(layout: LayoutFolder, client: RegistryClient) -> dict[str, Copied]:
    """Copy every image of the `layout` to the registry, by name."""
    done: dict[str, Copied] = {}
    for name in sorted(layout.entries):
        repository, _, tag = name.rpartition(":") if "@" not in name else ("", "", "")
        if tag:
            source = layout.in_repository(repository)
            target = RegistryRepository(client, repository)
            done[name] = copy_image(source, target, tag, name=tag)
    return done


def _tags(client: RegistryClient, repository: str) -> list[str]:
    try:
        return client.list_tags(repository)
    except NotFound:
        return []


def _sync_command(source: str, target: str, *, to_folder: bool) -> Command:
    """The command that does nearly the same: one image of it, as skopeo has no whole registry."""
    place = shlex.quote(source if not to_folder else target)
    registry = target if not to_folder else source
    layout, image = f"oci:{place}:NAME:TAG", f"docker://{registry}/NAME:TAG"
    words = [image, layout] if to_folder else [layout, image]
    plain = "--src-tls-verify=false" if to_folder else "--dest-tls-verify=false"
    return command("skopeo", "copy", "--all", plain, *words)


def _is_plain(client: RegistryClient) -> bool:
    return client.url.startswith("http://")


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
