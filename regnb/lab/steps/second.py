"""A second engine, which belongs to the lab: its configuration may be changed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regnb.engine import Engine
from regnb.lab.folder import Folder
from regnb.lab.keeper import EngineKeeper
from regnb.lab.record import Record
from regnb.lab.session import Session
from regnb.lab.show import Command, Words, command, show
from regnb.lab.steps.base import Steps
from regnb.lab.steps.images import ImageSteps
from regnb.lab.telling import told

if TYPE_CHECKING:
    from regnb.embedded.beside import EngineBeside

CONTEXT = "second"
_FOLDER = "second"
# What Docker has no key for, and no learner should copy.
_OWN_KEYS = "regnb-"


def beside_of(folder: Folder) -> EngineBeside:
    """The second engine of the lab with the folder `folder`, running or not."""
    from regnb.embedded.beside import EngineBeside  # noqa: PLC0415 - not on Windows

    return EngineBeside(folder.path / _FOLDER, hub=os.environ.get("REGNB_HUB", ""))


def remove_second(folder: Folder) -> None:
    """Stop and remove the second engine, if there is one."""
    if (folder.path / _FOLDER).exists():
        beside_of(folder).remove()


@dataclass
class SecondSession(Session):
    """The session of a second engine: its commands say which one is meant."""

    def show(self, command: Command) -> None:
        """Show the command, to the second engine."""
        before, docker, after = command.text.partition("docker ")
        is_docker = docker and not before
        super().show(Command(f"docker --context {CONTEXT} {after}") if is_docker else command)


class SecondEngineSteps(Steps):
    """The step that gives a second engine."""

    @told
    def second_engine(self) -> SecondEngine:
        """A second engine beside the first: embedded, with a configuration of its own."""
        session = self._session
        beside = beside_of(session.folder)
        endpoint = '--docker "host=$(regnb engine endpoint --second)"'
        session.show(Command(f"docker context create {CONTEXT} {endpoint}"))
        engine = beside.start()
        session.say("second.runs", name=CONTEXT)
        record = Record(session.folder.path / _FOLDER / "record.json")
        second = SecondSession(engine, session.translator, session.lab, record)
        return SecondEngine(second, beside, session, self._keeper)


class SecondEngine(ImageSteps):
    """The second engine: pulls and pushes, and is told whom to trust."""

    def __init__(
        self, session: Session, beside: EngineBeside, first: Session, first_keeper: EngineKeeper
    ) -> None:
        super().__init__(session)
        self._beside = beside
        self._first = first
        self._first_keeper = first_keeper

    def __repr__(self) -> str:
        return "<SecondEngine>"

    @contextmanager
    def during(self, step: str) -> Iterator[None]:
        """Around the step of that name: both engines run."""
        self._first_keeper.awaken()
        with super().during(step):
            yield

    @property
    @told
    def engine(self) -> Engine:
        """The engine; `engine.client` is its `docker.DockerClient`."""
        return self._session.engine

    @told
    def pull(self, reference: str) -> None:
        """Pull an image from the registry that its name says."""
        self._beside.reach(self._first.engine)
        super().pull(reference)

    @told
    def push(self, reference: str) -> None:
        """Push an image to the registry that its name says."""
        self._beside.reach(self._first.engine)
        super().push(reference)

    @told
    def login(self, name: str, *, registry: str | None = None) -> None:
        """Log in to the lab's registry as `name`; raises LoginRefused, UserUnknown."""
        address = registry or self._first.address
        self._session.show(
            command("docker", "login", "--username", name, "--password-stdin", address)
        )
        self.engine.log_in(address, name, self._first.users.password_of(name))
        self._session.say("second.logged_in", name=name, address=address)

    @told
    def configure(self, changes: Mapping[str, object]) -> None:
        """Put `changes` into its `daemon.json`, show that file, and restart it; None takes out."""
        settings = self._beside.configure(changes)
        shown = {key: value for key, value in settings.items() if not key.startswith(_OWN_KEYS)}
        show(Words(json.dumps(shown, indent=2)))
        # The engine here stays the same, for it knows who is logged in; only its connections end.
        self.engine.close()
        self._beside.restart().close()
        self._session.say("second.configured")

    @told
    def trust(self, address: str, *, certificate: str | None = None) -> None:
        """Put the lab's authority into its `certs.d` for `address`, and a client `certificate`.

        Raises CertificateUnknown.
        """
        certificates = self._first.certificates
        pair = certificates.pair_of(certificate) if certificate else ()
        files = [certificates.authority_file, *pair]
        folder = self._beside.certificates(address)
        for file in files:
            copy = folder / file.name
            self._session.show(command("cp", str(file), str(copy), folder=self._first.folder.path))
            shutil.copyfile(file, copy)
            copy.chmod(0o600)
        self._session.say("second.trusts", address=address)
