"""What makes a method of the lab a step, and what every group of steps shares."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Concatenate, ParamSpec, TypeVar

from regnb import errors
from regnb.errors.calls import check_call
from regnb.i18n import Translator
from regnb.lab.keeper import EngineKeeper
from regnb.lab.refusals import explanation_of
from regnb.lab.session import Session
from regnb.oci import ImageIndex, ImageManifest, ImageReference, media_types
from regnb.registry import RegistryClient

S = TypeVar("S", bound="Steps")
P = ParamSpec("P")
R = TypeVar("R")


def step(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Make `method` a step: its engine runs, its exchanges are heard, its errors are translated.

    An error of regnb leaves it with the sentence and the mend for the learner.
    """

    @functools.wraps(method)
    def run(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            check_call(method, (self, *args), kwargs)
            with self._during(method.__name__):
                return method(self, *args, **kwargs)
        except errors.RegnbError as error:
            if error.told is None:
                error.told = str(self._translator.tell(error))
            raise
        except OSError as error:
            if error.filename is None:
                raise
            told = errors.FileUnusable(str(error.filename), error.strerror or str(error))
            told.told = str(self._translator.tell(told))
            raise told from error

    return run


class Steps:
    """Steps of one learner; each group is a class of its own, and `Lab` has them all."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._keeper = EngineKeeper(session)

    @property
    def _translator(self) -> Translator:
        return self._session.translator

    @contextmanager
    def _during(self, name: str) -> Iterator[None]:
        """Around the step called `name`."""
        self._awaken()
        session = self._session
        with self._keeper.watching(), session.exchanges.during(name), session.asking_once():
            try:
                yield
            except (errors.PushFailed, errors.LoginRefused) as error:
                if error.told is None:  # not by a step inside this one
                    self._explain(error)
                raise

    def _awaken(self) -> None:
        for key, values in self._keeper.awaken():
            self._session.say(key, **values)

    def _explain(self, error: errors.EngineError) -> None:
        """Put what the refusal means between what happened and what to do."""
        if isinstance(error, errors.LoopbackWantsTls):  # says it all by itself
            return
        with suppress(errors.RegnbError):
            if key := explanation_of(self._session, error):
                told = self._translator.tell(error)
                error.told = f"{told.text} {self._translator(key)}\n{told.mend}"

    def _show_manifest_request(self, client: RegistryClient, reference: ImageReference) -> None:
        url = f"{client.url}/v2/{reference.repository}/manifests/{reference.reference}"
        self._session.show(self._session.curl(url, accept=media_types.ACCEPTED_MANIFESTS))

    def _image_manifest(self, client: RegistryClient, reference: ImageReference) -> ImageManifest:
        """Manifest of `reference`; of an index, the image for the platform of the engine.

        Raises NotAnImage for an artifact, and for an index that leads to no image.
        """
        manifest = client.get_manifest(reference.repository, reference.reference)
        while isinstance(manifest, ImageIndex):
            entry = manifest.best_for(self._session.engine.platform)
            if entry is None:
                raise errors.NotAnImage(manifest.media_type, subject=reference.familiar)
            if entry.platform:
                count = len(manifest.images)
                self._session.say("lab.platform_chosen", platform=entry.platform, count=count)
            manifest = client.get_manifest(reference.repository, entry.digest)
        if foreign := manifest.foreign_type:
            raise errors.NotAnImage(foreign, subject=reference.familiar)
        return manifest
