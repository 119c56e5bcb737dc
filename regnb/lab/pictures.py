"""Pictures of what the registry holds, of what went over the wire, and of how the lab stands."""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit

from regnb.analysis.anatomy import ImageReader
from regnb.analysis.browse import RegistryBrowser
from regnb.analysis.comparison import compare
from regnb.analysis.files import image_files
from regnb.analysis.usage import Usage
from regnb.analysis.wire import shown
from regnb.checks import Status, all_checks, progress_of
from regnb.errors import ContainerNotFound, RegistryError
from regnb.inventory import tag_contents
from regnb.lab.session import Session, published_port
from regnb.lab.show import command, piped
from regnb.lab.steps import Steps, step
from regnb.oci import layers_of
from regnb.registry import RegistryClient
from regnb.widgets.anatomy_view import Anatomy
from regnb.widgets.comparison_view import ComparisonView
from regnb.widgets.count import CountBar
from regnb.widgets.explore_view import Explore
from regnb.widgets.files_view import Files
from regnb.widgets.frontend import somebody_looks
from regnb.widgets.panel_view import LabState, Panel
from regnb.widgets.storage_view import StorageView
from regnb.widgets.wire_view import Wire

COUNTED = 50  # repositories whose tags are counted: a glance must not take long


class PictureSteps(Steps):
    """The steps whose result is a picture."""

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
    def files(self, reference: str) -> Files:
        """What each layer of an image adds, changes and deletes, and the space that it wastes.

        Its `files` has the data, its `table` one row per entry. The layers are read whole, as a
        pull would, but not kept.
        """
        session = self._session
        parsed = session.reference(reference)
        client = session.client_of(parsed)
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
        parsed = session.reference(reference)
        client = session.client_of(parsed)
        self._show_manifest_request(client, parsed)
        reader = ImageReader(client, parsed.repository)
        root = reader.read(parsed.reference)
        return Anatomy(self._translator, parsed.familiar, root, reader)

    @step
    def compare(self, first: str, second: str) -> ComparisonView:
        """What two images share, and where they part; its `comparison` has the data."""
        session = self._session
        names, images = [], []
        for parsed in (session.reference(first), session.reference(second)):
            client = session.client_of(parsed)
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

    @step
    def panel(self) -> Panel:
        """Engine, registry, address, what the registry holds, and the exercises done.

        In a notebook it follows the steps of the lab.
        """
        panel = Panel(self._translator, self._state)
        self._session.exchanges.follow(panel)
        return panel

    def _trust_options(self, url: str) -> str:
        options = self._session.trust_options(url)
        return command(*options, folder=self._session.folder.path).text

    def _state(self) -> LabState:
        self._awaken()
        with self._session.asking_once():
            return state_of(self._session)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def state_of(session: Session) -> LabState:
    """How things stand in the lab now."""
    engine = session.engine
    name = f"{session.translator(f'engine.{engine.flavour}')} {engine.version}"
    # What somebody did has no place in outputs that are stored for all.
    statuses = progress_of(session.lab).statuses if somebody_looks() else {}
    names = [name for name in all_checks() if name[:2].isdigit()]  # those of the chapters
    exercises = {name: statuses.get(name, Status.NOT_ATTEMPTED) for name in names}
    try:
        container = session.registry_container()
    except ContainerNotFound:
        return LabState(name, exercises=exercises)
    port = published_port(container)
    repositories, tags = _count(session) if port else (None, None)
    return LabState(
        engine=name,
        registry=container.name,
        image=container.image,
        address=f"localhost:{port}" if port else "",
        repositories=repositories,
        tags=tags,
        exercises=exercises,
    )


def _count(session: Session) -> tuple[int | None, int | None]:
    try:
        with session.quiet_client as client:
            names = client.list_repositories()
            return len(names), _tags(client, names) if len(names) <= COUNTED else None
    except RegistryError:
        return None, None


def _tags(client: RegistryClient, repositories: list[str]) -> int:
    count = 0
    for repository in repositories:
        try:
            count += len(client.list_tags(repository))
        except RegistryError:  # its last manifest was deleted
            continue
    return count
