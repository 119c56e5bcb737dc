"""The lab object: each method is one step, shows its command, and gives its result."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

from regnb.engine import Engine, find_engine
from regnb.engine.ports import ports_of_lab
from regnb.errors import NoSuchStep, RegnbError
from regnb.errors.calls import check_call
from regnb.i18n import Translator, translator_for
from regnb.lab.builds import BuildSteps
from regnb.lab.cleanup import CleanUpSteps
from regnb.lab.deletion import DeletionSteps
from regnb.lab.exercises import ExerciseSteps
from regnb.lab.images import RegistryImageSteps
from regnb.lab.moving import MovingSteps
from regnb.lab.ownership import lab_id, record_of
from regnb.lab.pictures import PictureSteps
from regnb.lab.registry import RegistrySteps
from regnb.lab.second import SecondEngineSteps
from regnb.lab.session import Session
from regnb.lab.show import Sentence, show
from regnb.lab.steps import step
from regnb.lab.storage import StorageSteps
from regnb.lab.tls import TlsSteps
from regnb.lab.users import UserSteps


class Lab(
    RegistrySteps,
    RegistryImageSteps,
    MovingSteps,
    BuildSteps,
    DeletionSteps,
    StorageSteps,
    UserSteps,
    TlsSteps,
    PictureSteps,
    ExerciseSteps,
    SecondEngineSteps,
    CleanUpSteps,
):
    """The registry lab of one learner on one engine.

    A reference such as `localhost:5000/w3:1.0` names an image everywhere; where the registry is
    asked, `w3:1.0` is enough and means the lab's own. Methods raise errors of `regnb.errors`.
    """

    def __repr__(self) -> str:
        return "<Lab>"

    if not TYPE_CHECKING:  # what has types is known to be there

        def __getattr__(self, name: str) -> NoReturn:
            if name.startswith("_"):
                raise AttributeError(name)
            alike = get_close_matches(name, (one for one in dir(self) if one[0] != "_"), n=1)
            error = NoSuchStep(name, *alike or [""])
            error.told = str(self._translator.tell(error))
            raise error

    @property
    @step
    def engine(self) -> Engine:
        """The container engine; `lab.engine.client` is its `docker.DockerClient`."""
        return self._session.engine


def open_lab(language: str | None = None, *, engine: str | None = None) -> Lab:
    """The lab in `language`, `"fr"` or `"en"`; that of the notebook when none is given.

    `engine` chooses one (see `regnb.engine.find_engine`), `REGNB_PORT` its first port. Raises
    EngineUnavailable or one of its kinds, EngineRemote or InvalidPort, each told with its mend;
    UnknownLanguage.
    """
    translator = translator_for(language)
    try:
        check_call(open_lab, (language,), {"engine": engine})
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
