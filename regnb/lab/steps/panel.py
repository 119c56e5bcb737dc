"""The state of the lab, at a glance."""

from __future__ import annotations

from regnb.checks import Status, all_checks, progress_of
from regnb.errors import ContainerNotFound, RegistryError
from regnb.lab.session import Session, published_port
from regnb.lab.steps.base import Steps
from regnb.lab.telling import told
from regnb.registry import RegistryClient
from regnb.widgets.frontend import somebody_looks
from regnb.widgets.panel_view import LabState, Panel

COUNTED = 50  # repositories whose tags are counted: a glance must not take long


class PanelSteps(Steps):
    """The step that shows how things stand."""

    @told
    def panel(self) -> Panel:
        """Engine, registry, address, what the registry holds, and the exercises done.

        In a notebook it follows the steps of the lab.
        """
        panel = Panel(self.translator, self._state)
        self._session.exchanges.follow(panel)
        return panel

    def _state(self) -> LabState:
        self._keeper.awaken()
        return state_of(self._session)


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
