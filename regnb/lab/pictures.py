"""Pictures of what the registry holds, and of what went over the wire."""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit

from regnb.analysis.anatomy import ImageReader
from regnb.analysis.browse import RegistryBrowser
from regnb.analysis.comparison import compare
from regnb.analysis.files import image_files
from regnb.analysis.wire import shown
from regnb.lab.show import command, piped
from regnb.lab.steps import Steps, step
from regnb.oci import layers_of
from regnb.widgets.anatomy_view import Anatomy
from regnb.widgets.comparison_view import ComparisonView
from regnb.widgets.explore_view import Explore
from regnb.widgets.files_view import Files
from regnb.widgets.wire_view import Wire


class PictureSteps(Steps):
    """The steps whose result is a picture."""

    @step
    def files(self, reference: str) -> Files:
        """What each layer of an image adds, changes and deletes, and the space that it wastes.

        Its `files` has the data, its `table` one row per entry. The layers are read whole, as a
        pull would, but not kept.
        """
        session = self._session
        client, parsed = session.resolve(reference)
        manifest = self._image_manifest(client, parsed)
        layers = layers_of(manifest, client.get_config(parsed.repository, manifest))
        for layer in layers[:1]:  # the others are read in the same way
            blob = f"{client.url}/v2/{parsed.repository}/blobs/{layer.digest}"
            session.show(piped(session.curl(blob), command("tar", "--list", "--verbose", "--gzip")))
        found = image_files(client, parsed.repository, layers)
        return Files(self._translator, parsed.familiar, found)

    @step
    def anatomy(self, reference: str) -> Anatomy:
        """The parts of an image as a diagram: index, manifests, configs, layers.

        Its `root` has the data. A part that is chosen shows its bytes; a layer, its files.
        """
        session = self._session
        client, parsed = session.resolve(reference)
        self._show_manifest_request(client, parsed)
        reader = ImageReader(client, parsed.repository)
        root = reader.read(parsed.reference)
        return Anatomy(self._translator, parsed.familiar, root, reader)

    @step
    def compare(self, first: str, second: str) -> ComparisonView:
        """What two images share, and where they part; its `comparison` has the data."""
        session = self._session
        names, images = [], []
        for client, parsed in (session.resolve(first), session.resolve(second)):
            self._show_manifest_request(client, parsed)
            manifest = self._image_manifest(client, parsed)
            config = client.get_config(parsed.repository, manifest)
            names.append(parsed.familiar)
            images.append((layers_of(manifest, config), config))
        (layers, config), (other_layers, other) = images
        compared = compare(layers, config, other_layers, other)
        return ComparisonView(self._translator, (names[0], names[1]), compared)

    @step
    def explore(self) -> Explore:
        """The lab's registry to browse: repositories, tags, manifests, configs, layers, files.

        In a notebook it follows what is pushed and deleted. `lab.wire()` does not hear it: it asks
        again and again.
        """
        session = self._session
        source = RegistryBrowser(session.quiet_client, session.engine.platform)
        view = Explore(self._translator, source, session.address)
        session.exchanges.follow(view)
        return view

    @step
    def wire(self) -> Wire:
        """The HTTP exchanges of this notebook with registries behind the last step.

        Secrets are masked. An engine that pulls or pushes speaks to the registry itself: of that,
        `lab.logs()` has what the registry wrote down.
        """
        heard = self._session.exchanges
        options = cache(self._trust_options)
        exchanges = [shown(exchange, options(_origin(exchange.url))) for exchange in heard.kept]
        return Wire(self._translator, heard.step, exchanges, heard.count)

    def _trust_options(self, url: str) -> str:
        options = self._session.trust_options(url)
        return command(*options, folder=self._session.folder.path).text


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
