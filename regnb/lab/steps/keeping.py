"""Steps about deleting and keeping: what goes, what stays, and where it is."""

from __future__ import annotations

from pathlib import Path

from regnb.analysis.stored_files import StoredFile, trail
from regnb.lab.images import builds, deletion, moving
from regnb.lab.images.contents import image_manifest
from regnb.lab.registry import differences, garbage, store
from regnb.lab.registry.running import remove_registry, stop_registry
from regnb.lab.requests import curl
from regnb.lab.show import command
from regnb.lab.steps.base import Steps
from regnb.lab.telling import told
from regnb.oci import ImageReference
from regnb.tables import (
    Table,
    copies_table,
    deletion_table,
    differences_table,
    garbage_table,
    store_table,
    trail_table,
)


class Keeping(Steps):
    """The steps of the lab about deleting from its registry, and keeping what it holds."""

    @told
    def stop_registry(self) -> None:
        """Stop the registry; `run_registry()` starts it again."""
        stop_registry(self._session)

    @told
    def remove_registry(self) -> None:
        """Remove the container of the registry, and its content unless a volume keeps it."""
        remove_registry(self._session)

    @told
    def delete(self, reference: str, *, confirm: bool = False) -> Table:
        """What deleting the manifest of `reference` takes with it; done only when `confirm`."""
        planned = deletion.delete(self._session, reference, confirm=confirm)
        return deletion_table(self._session.translator, planned)

    @told
    def delete_tag(self, reference: str) -> None:
        """Delete a tag alone, not its manifest; only some registries can."""
        deletion.delete_tag(self._session, reference)

    @told
    def collect_garbage(self, *, dry_run: bool = False, delete_untagged: bool = False) -> Table:
        """Blobs that nothing uses: removed from the storage, or only listed when `dry_run`.

        The registry is stopped meanwhile. `delete_untagged` counts manifests without a tag as
        unused too.
        """
        found = garbage.collect(self._session, dry_run=dry_run, delete_untagged=delete_untagged)
        total = self.translator.size(sum(file.size for file in found))
        key = "keeping.would_free" if dry_run else "keeping.freed"
        self._session.say(key, count=len(found), size=total)
        return garbage_table(self._session.translator, found)

    @told
    def store_files(self) -> Table:
        """Files in which the registry keeps its content, read from its container."""
        store.show_copy(self._session)
        files: list[StoredFile] = store.store_files(self._session)
        return store_table(self._session.translator, files)

    @told
    def trail(self, reference: str, *, layer: int = 1) -> Table:
        """Files of the store that lead from the tag `reference` to a layer, the oldest being 1."""
        session = self._session
        name = session.reference(reference)
        manifest = image_manifest(session, session.client, name)
        digest = manifest.layers[layer - 1].digest
        store.show_copy(session)
        files = store.store_files(session)
        stops = trail(files, name.repository, name.reference, manifest, digest)
        return trail_table(session.translator, stops)

    @told
    def make_builds(self, source: str, repository: str, *, count: int) -> None:
        """Push `count` builds of the image `source` to `repository`, one day after the other."""
        session = self._session
        made = builds.make_builds(session, session.reference(source), repository, count=count)
        tag, newest = list(made.items())[-1]  # the others are pushed in the same way
        url = f"{session.client.url}/v2/{repository}/manifests/{tag}"
        kind = f"Content-Type: {newest.media_type}"
        words = ["--request", "PUT", "--header", kind, "--data-binary", "@FILE"]
        session.show(curl(session, url, *words))
        names = ", ".join(f"`{repository}:{tag}`" for tag in made)
        session.say("keeping.builds_made", names=names)

    @told
    def registry_version(self) -> str:
        """What the program of the registry says that it is."""
        container = self._session.registry_container()
        words = ["run", "--rm", container.image, "--version"]
        self._session.show(command("docker", "container", *words))
        return differences.version_of(self._session, container)

    @told
    def differences(self) -> Table:
        """What registries do about deletion and collection, each row tried on the one at hand.

        It is tried on a throw-away registry of the same image.
        """
        container = self._session.registry_container()
        kind = differences.kind_of(differences.version_of(self._session, container))
        observed = differences.observed(self._session, container)
        return differences_table(self._session.translator, kind, observed)

    @told
    def copy(self, source: str, target: str) -> Table:
        """Copy an image with all its platforms between registries, without an engine."""
        session = self._session
        names = session.reference(source), session.reference(target)
        copied = moving.copy(session, *names)
        self._session.say("keeping.copied", source=names[0].familiar, target=names[1].familiar)
        return copies_table(session.translator, {names[1].familiar: copied})

    @told
    def save(self, reference: str, path: str | Path) -> None:
        """Write an image of the engine into a tar."""
        moving.save(self._session, ImageReference.parse(reference), Path(path))
        size = self.translator.size(Path(path).stat().st_size)
        self._session.say("keeping.saved", image=reference, path=path, size=size)

    @told
    def load(self, path: str | Path) -> None:
        """Take the images of a tar into the engine."""
        names = moving.load(self._session, Path(path))
        self._session.say("keeping.loaded", names=", ".join(f"`{name}`" for name in names))

    @told
    def back_up(self, folder: str | Path) -> Table:
        """Copy all images of the registry into an OCI image layout in `folder`.

        Others may push meanwhile. A second time, only what is new is copied.
        """
        copies = moving.back_up(self._session, Path(folder))
        self._session.say("keeping.backed_up", count=len(copies), path=folder)
        return copies_table(self._session.translator, copies)

    @told
    def restore(self, folder: str | Path) -> Table:
        """Copy all images of a backup in `folder` to the registry, byte for byte."""
        copies = moving.restore(self._session, Path(folder))
        self._session.say("keeping.restored", count=len(copies), path=folder)
        return copies_table(self._session.translator, copies)
