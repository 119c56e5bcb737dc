"""Exercises and questions, and the panel: the steps that look at what the learner did."""

from __future__ import annotations

from functools import partial

from regnb.checks.course import all_checks, progress_of, question_named, run_check
from regnb.checks.definitions import Status
from regnb.errors import ContainerNotFound, RegistryError
from regnb.lab.session import Session, published_port
from regnb.lab.steps import Steps, step
from regnb.registry import RegistryClient
from regnb.widgets.exercise_views import CheckResult, QuestionView
from regnb.widgets.frontend import somebody_looks
from regnb.widgets.panel_view import LabState, Panel

COUNTED = 50  # repositories whose tags are counted: a glance must not take long


class ExerciseSteps(Steps):
    """Checks of exercises, questions, and how the lab stands."""

    @step
    def check(self, name: str) -> CheckResult:
        """How far you are with an exercise, and a hint that fits what was found.

        It looks at the registry and the engine, never at what was typed.
        """
        session = self._session
        result = run_check(name, session)
        progress_of(session.lab).note(name, result.status)
        return CheckResult(self._translator, result)

    @step
    def question(self, name: str) -> QuestionView:
        """A question with choices, each with its feedback."""
        progress = progress_of(self._session.lab)
        question = question_named(name)
        return QuestionView(self._translator, question, partial(progress.note, name))

    @step
    def panel(self) -> Panel:
        """Engine, registry, address, what the registry holds, and the exercises done.

        In a notebook it follows the steps of the lab.
        """
        panel = Panel(self._translator, self._state)
        self._session.exchanges.follow(panel)
        return panel

    def _state(self) -> LabState:
        self._awaken()
        with self._session.asking_once():
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
