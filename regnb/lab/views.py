"""Steps that show pictures of what the registry holds."""

from __future__ import annotations

from regnb.analysis.files import image_files
from regnb.analysis.holdings import holdings
from regnb.analysis.storage import Storage
from regnb.lab import contents
from regnb.lab.show import command, curl, piped
from regnb.lab.steps import Steps
from regnb.lab.telling import told
from regnb.oci import layers_of
from regnb.widgets.files import Files
from regnb.widgets.storage import StorageView


class ViewSteps(Steps):
    """The steps whose result is a picture."""

    @told
    def storage(self) -> StorageView:
        """What the registry stores: each content once, who uses it, what sharing saves.

        Its `storage` has the data, its `contents` and `repositories` are tables.
        """
        client = self._session.client
        self._session.show(curl(f"{client.url}/v2/_catalog"))
        return StorageView(self.translator, Storage.of(holdings(client)))

    @told
    def files(self, reference: str) -> Files:
        """What each layer of an image adds, changes and deletes, and the space that it wastes.

        Its `files` has the data, its `table` one row per entry. The layers are read whole, as a
        pull would, but not kept.
        """
        session = self._session
        parsed = session.reference(reference)
        client = session.client_of(parsed)
        manifest = contents.image_manifest(session, client, parsed)
        layers = layers_of(manifest, client.get_config(parsed.repository, manifest))
        for layer in layers[:1]:  # the others are read in the same way
            blob = f"{client.url}/v2/{parsed.repository}/blobs/{layer.digest}"
            session.show(piped(curl(blob), command("tar", "--list", "--verbose", "--gzip")))
        found = image_files(client, parsed.repository, layers)
        return Files(self.translator, parsed.familiar, found)
