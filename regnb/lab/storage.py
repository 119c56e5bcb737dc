"""The storage of the lab's registry: its files, as its container sees them."""

from __future__ import annotations

from regnb.analysis.stored_files import StoredFile, read_store, trail
from regnb.analysis.usage import Usage
from regnb.inventory import tag_contents
from regnb.lab.registry_settings import STORAGE_PATH
from regnb.lab.session import Session
from regnb.lab.show import command
from regnb.lab.steps import Steps, step
from regnb.tables.storage_tables import store_table, trail_table
from regnb.tables.table import Table
from regnb.widgets.count import CountBar
from regnb.widgets.storage_view import StorageView


class StorageSteps(Steps):
    """What the registry keeps, and the files in which it does."""

    @step
    def storage(self) -> StorageView:
        """What the registry stores: each content once, who uses it, what sharing saves.

        Its `storage` has the data, its `contents` and `repositories` are tables.
        """
        client = self._session.client
        self._session.show(self._session.curl(f"{client.url}/v2/_catalog"))
        with CountBar(self._translator, "inventory.progress") as bar:
            stored = Usage.of(tag_contents(client, on_count=bar))
        return StorageView(self._translator, stored)

    @step
    def store_files(self) -> Table:
        """Files in which the registry keeps its content, read from its container."""
        self._show_copy()
        return store_table(self._translator, store_files(self._session))

    @step
    def trail(self, reference: str, *, layer: int = 1) -> Table:
        """Files of the store that lead from the tag `reference` to a layer, the oldest being 1."""
        name = self._session.reference(reference)
        manifest = self._image_manifest(self._session.client, name)
        digest = manifest.layers[layer - 1].digest
        self._show_copy()
        files = store_files(self._session)
        stops = trail(files, name.repository, name.reference, manifest, digest)
        return trail_table(self._translator, stops)

    def _show_copy(self) -> None:
        """Show the command that gives the same files as a tar."""
        name = self._session.registry_container().name
        self._session.show(command("docker", "container", "cp", f"{name}:{STORAGE_PATH}", "-"))


def store_files(session: Session) -> list[StoredFile]:
    """Files of the registry's store by path; empty for a registry that keeps all in memory."""
    name = session.registry_container().name
    files = read_store(session.engine.archive(name, STORAGE_PATH))
    return sorted(files, key=lambda file: file.path)
