"""Steps that show pictures of what the registry holds."""

from __future__ import annotations

from regnb.analysis.anatomy import Anatomist
from regnb.analysis.comparison import compare
from regnb.analysis.files import image_files
from regnb.analysis.storage import Storage
from regnb.inventory import tag_contents
from regnb.lab.images import contents
from regnb.lab.requests import curl
from regnb.lab.show import command, piped
from regnb.lab.steps.base import Steps
from regnb.lab.telling import told
from regnb.oci import layers_of, media_types
from regnb.widgets.anatomy_view import Anatomy
from regnb.widgets.comparison_view import ComparisonView
from regnb.widgets.count import CountBar
from regnb.widgets.files_view import Files
from regnb.widgets.storage_view import StorageView


class ViewSteps(Steps):
    """The steps whose result is a picture."""

    @told
    def storage(self) -> StorageView:
        """What the registry stores: each content once, who uses it, what sharing saves.

        Its `storage` has the data, its `contents` and `repositories` are tables.
        """
        client = self._session.client
        self._session.show(curl(self._session, f"{client.url}/v2/_catalog"))
        with CountBar(self.translator, "inventory.progress") as bar:
            stored = Storage.of(tag_contents(client, on_count=bar))
        return StorageView(self.translator, stored)

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
            session.show(
                piped(curl(session, blob), command("tar", "--list", "--verbose", "--gzip"))
            )
        found = image_files(client, parsed.repository, layers)
        return Files(self.translator, parsed.familiar, found)

    @told
    def anatomy(self, reference: str) -> Anatomy:
        """The parts of an image as a diagram: index, manifests, configs, layers.

        Its `root` has the data. A part that is chosen shows its bytes; a layer, its files.
        """
        session = self._session
        parsed = session.reference(reference)
        client = session.client_of(parsed)
        url = f"{client.url}/v2/{parsed.repository}/manifests/{parsed.reference}"
        session.show(curl(session, url, accept=media_types.ACCEPTED_MANIFESTS))
        anatomist = Anatomist(client, parsed.repository)
        root = anatomist.dissect(parsed.reference)
        return Anatomy(self.translator, parsed.familiar, root, anatomist)

    @told
    def compare(self, first: str, second: str) -> ComparisonView:
        """What two images share, and where they part; its `comparison` has the data."""
        session = self._session
        names, images = [], []
        for parsed in (session.reference(first), session.reference(second)):
            client = session.client_of(parsed)
            url = f"{client.url}/v2/{parsed.repository}/manifests/{parsed.reference}"
            session.show(curl(session, url, accept=media_types.ACCEPTED_MANIFESTS))
            manifest = contents.image_manifest(session, client, parsed)
            config = client.get_config(parsed.repository, manifest)
            names.append(parsed.familiar)
            images.append((layers_of(manifest, config), config))
        (layers, config), (other_layers, other) = images
        compared = compare(layers, config, other_layers, other)
        return ComparisonView(self.translator, (names[0], names[1]), compared)
