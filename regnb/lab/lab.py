"""The lab object: each method is one step, shows its command, and gives its result."""

from __future__ import annotations

from regnb.engine import Engine, find_engine
from regnb.engine.ports import ports_of_lab
from regnb.errors import RegnbError
from regnb.i18n import Translator, language_of_notebook
from regnb.lab import cleanup
from regnb.lab.identity import lab_id
from regnb.lab.images import contents
from regnb.lab.record import record_of
from regnb.lab.registry import running
from regnb.lab.registry.secured import secured
from regnb.lab.registry.settings import Auth, storage_settings
from regnb.lab.session import Session
from regnb.lab.show import Sentence, command, show
from regnb.lab.steps.access import Access
from regnb.lab.steps.exercises import Exercises
from regnb.lab.steps.explore import ExploreSteps
from regnb.lab.steps.images import ImageSteps
from regnb.lab.steps.inventory import InventorySteps
from regnb.lab.steps.keeping import Keeping
from regnb.lab.steps.panel import PanelSteps
from regnb.lab.steps.second import SecondEngineSteps
from regnb.lab.steps.security import Security
from regnb.lab.steps.views import ViewSteps
from regnb.lab.steps.wire import WireSteps
from regnb.lab.telling import told
from regnb.registry import RegistryClient
from regnb.tables import Table, containers_table


class Lab(
    Exercises,
    InventorySteps,
    Keeping,
    ViewSteps,
    WireSteps,
    ExploreSteps,
    Security,
    Access,
    SecondEngineSteps,
    ImageSteps,
    PanelSteps,
):
    """The registry lab of one learner on one engine.

    A reference such as `localhost:5000/w3:1.0` names an image everywhere; where the registry is
    asked, `w3:1.0` is enough and means the lab's own. Methods raise errors of `regnb.errors`.
    """

    def __repr__(self) -> str:
        return "<Lab>"

    @property
    @told
    def engine(self) -> Engine:
        """The container engine; `lab.engine.client` is its `docker.DockerClient`."""
        return self._session.engine

    @property
    @told
    def address(self) -> str:
        """Host and port of the registry, for example `localhost:5000`."""
        return self._session.address

    @property
    @told
    def client(self) -> RegistryClient:
        """Client of the HTTP API of the lab's registry."""
        return self._session.client

    @told
    def run_registry(  # noqa: PLR0913 - the choices of one `docker run`
        self,
        image: str | None = None,
        *,
        name: str | None = None,
        port: int | None = None,
        delete: bool = False,
        volume: str | None = None,
        memory: bool = False,
        tls: str | None = None,
        clients: bool = False,
        auth: Auth | None = None,
    ) -> Table:
        """Run the registry in the background; its containers table.

        `image` is `registry:2.6` when none is named (`registry:3` where 2.6 cannot work), `port`
        that of `REGNB_PORT`, else 5000, or the next free one after it. `delete` lets it delete,
        `volume` (a name, or a path of this machine) keeps its content, `memory` forgets it with
        the container. `tls` is the name of one of the lab's certificates, `clients` lets in only
        who shows another of them, `auth` asks for a password (`"htpasswd"`) or a token
        (`"token"`). A registry that runs already is kept, a stopped one is started again.
        """
        settings = storage_settings(delete=delete, volume=volume, memory=memory)
        settings |= secured(self._session, tls=tls, clients=clients, auth=auth)
        wanted = running.Wanted(image, name, port, settings)
        container = running.run_registry(self._session, wanted)
        return containers_table(self._session.translator, [container])

    @told
    def containers(self) -> Table:
        """Containers of this lab, also stopped ones."""
        session = self._session
        label, value = next(iter(session.labels.items()))
        words = ["--all", "--filter", f"label={label}={value}"]
        session.show(command("docker", "container", "ls", *words))
        return containers_table(session.translator, session.own_containers())

    @told
    def logs(self, *, tail: int = 20) -> None:
        """Show the last `tail` lines that the registry wrote."""
        name = self._session.registry_container().name
        self._session.show(command("docker", "container", "logs", "--tail", str(tail), name))
        print(self.engine.logs(name, tail=tail), end="")

    @told
    def catalog(self) -> Table:
        """Repositories of the registry."""
        return contents.catalog(self._session)

    @told
    def tags(self, repository: str) -> Table:
        """Tags of a repository of the registry."""
        return contents.tags(self._session, repository)

    @told
    def inspect(self, reference: str) -> Table:
        """The facts of an image in the registry."""
        return contents.inspect(self._session, self._session.reference(reference))

    @told
    def layers(self, reference: str) -> Table:
        """Layers of an image in the registry, oldest first, one row per layer."""
        return contents.layers(self._session, self._session.reference(reference))

    @told
    def clean_up(self, *, keep_images: bool = False) -> None:
        """Remove everything that this lab made, and prove that nothing is left."""
        cleanup.clean_up(self._session, keep_images=keep_images)


def open_lab(language: str | None = None, *, engine: str | None = None) -> Lab:
    """The lab in `language`, `"fr"` or `"en"`; that of the notebook when none is given.

    `engine` chooses one (see `regnb.engine.find_engine`), `REGNB_PORT` its first port. Raises
    EngineUnavailable or one of its kinds, EngineRemote or InvalidPort, each told with its mend;
    ValueError for another language.
    """
    translator = Translator(language or language_of_notebook())
    try:
        ports_of_lab()
        found = find_engine(engine)
        identity = lab_id()
        lab = Lab(Session(found, translator, identity, record_of(identity)))
        show(Sentence(opening(found, translator)))
    except RegnbError as error:
        error.told = str(translator.tell(error))
        raise
    return lab


def opening(engine: Engine, translator: Translator) -> str:
    """The first line of a lab: which engine, why this one, and what differs on it."""
    name = translator(f"engine.{engine.flavour}")
    why = translator(f"engine.found_by_{engine.found_by}")
    line = translator("lab.opened", engine=name, version=engine.version, why=why)
    differs = [f"engine.{engine.flavour}_differs"]
    if not engine.trusts_loopback():
        differs.append("engine.loopback_wants_tls")
    if engine.has_containerd_store:
        differs.append("engine.containerd_differs")
    told = [translator(key) for key in differs if translator.has(key)]
    if engine.passed_over:
        other = translator.tell(engine.passed_over)
        told += [other.text, translator("engine.goes_without"), other.mend]
    return " ".join([line, *told])
