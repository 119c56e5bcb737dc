"""A second engine, which belongs to the lab: its configuration may be changed.

No lesson may change the configuration of the learner's engine. This one has a folder to itself:
its images, its `daemon.json` and its `certs.d` are there, and nothing is left when it is removed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.embedded.home import Home, short_enough
from regnb.engine import Engine
from regnb.lab.images import EngineImageSteps
from regnb.lab.keeper import EngineKeeper
from regnb.lab.ownership import Folder, Record
from regnb.lab.session import Session
from regnb.lab.show import Command, Output, command, show
from regnb.lab.steps import Steps, step

CONTEXT = "second"
_FOLDER = "second"
# What Docker has no key for, and no learner should copy.
_OWN_KEYS = "regnb-"
_HOME, _SOCKET = "home", "engine.sock"
# Docker asks nobody else where a server is; see `Settings.places`.
_PLACES = "regnb-places"


@dataclass
class SecondSession(Session):
    """The session of a second engine: its commands say which one is meant."""

    def show(self, shown: Command) -> None:
        """Show the command, to the second engine."""
        before, docker, after = shown.text.partition("docker ")
        is_docker = docker and not before
        super().show(Command(f"docker --context {CONTEXT} {after}") if is_docker else shown)

    def warn_of(self, address: str) -> None:
        """Say nothing: the registries are the first engine's."""


class SecondEngineSteps(Steps):
    """The step that gives a second engine."""

    @step
    def second_engine(self) -> SecondEngine:
        """A second engine beside the first: embedded, with a configuration of its own."""
        session = self._session
        process = second_in(session.folder)
        endpoint = '--docker "host=$(regnb engine endpoint --second)"'
        session.show(Command(f"docker context create {CONTEXT} {endpoint}"))
        engine = process.start()
        session.say("second.runs", name=CONTEXT)
        record = Record(session.folder.path / _FOLDER / "record.json")
        second = SecondSession(engine, session.translator, session.lab, record)
        return SecondEngine(second, process, session, self._keeper)


class SecondEngine(EngineImageSteps):
    """The second engine: pulls and pushes, and is told whom to trust."""

    def __init__(
        self, session: Session, process: LabEngine, first: Session, first_keeper: EngineKeeper
    ) -> None:
        super().__init__(session)
        self._process = process
        self._first = first
        self._first_keeper = first_keeper

    def __repr__(self) -> str:
        return "<SecondEngine>"

    @contextmanager
    def _during(self, name: str) -> Iterator[None]:
        """Around the step called `name`: both engines run."""
        for key, values in self._first_keeper.awaken():
            self._first.say(key, **values)
        with super()._during(name):
            yield

    @property
    @step
    def engine(self) -> Engine:
        """The engine; `engine.client` is its `docker.DockerClient`."""
        return self._session.engine

    @step
    def pull(self, reference: str) -> None:
        """Pull an image from the registry that its name says."""
        self._process.reach(self._first.engine)
        super().pull(reference)

    @step
    def push(self, reference: str) -> None:
        """Push an image to the registry that its name says."""
        self._process.reach(self._first.engine)
        super().push(reference)

    @step
    def login(self, name: str, *, registry: str | None = None) -> None:
        """Log in to the lab's registry as `name`; raises LoginRefused, UserUnknown."""
        address = registry or self._first.address
        self._session.show(
            command("docker", "login", "--username", name, "--password-stdin", address)
        )
        self.engine.log_in(address, name, self._first.users.password_of(name))
        self._session.say("second.logged_in", name=name, address=address)

    @step
    def configure(self, changes: Mapping[str, object]) -> None:
        """Put `changes` into its `daemon.json`, show that file, and restart it; None takes out."""
        settings = self._process.configure(changes)
        shown = {key: value for key, value in settings.items() if not key.startswith(_OWN_KEYS)}
        show(Output(json.dumps(shown, indent=2)))
        # The engine here stays the same, for it knows who is logged in; only its connections end.
        self.engine.close()
        self._process.restart().close()
        self._session.say("second.configured")

    @step
    def trust(self, address: str, *, certificate: str | None = None) -> None:
        """Put the lab's authority into its `certs.d` for `address`, and a client `certificate`.

        Raises CertificateUnknown.
        """
        certificates = self._first.certificates
        pair = certificates.pair_of(certificate) if certificate else ()
        files = [certificates.authority_file, *pair]
        folder = self._process.certificates(address)
        for file in files:
            copy = folder / file.name
            self._session.show(command("cp", str(file), str(copy), folder=self._first.folder.path))
            shutil.copyfile(file, copy)
            copy.chmod(0o600)
        self._session.say("second.trusts", address=address)


class LabEngine:
    """An embedded engine whose everything is below the folder `root`; `hub` as REGNB_HUB."""

    def __init__(self, root: Path, *, hub: str = "") -> None:
        self.root = root
        self.place = Place(short_enough(root / _SOCKET), Home(root / _HOME), hub)

    @property
    def endpoint(self) -> str:
        """Its address, as DOCKER_HOST takes it."""
        return self.place.endpoint

    @property
    def settings(self) -> dict[str, Any]:
        """What is in its `daemon.json`, which may not exist."""
        file = self.place.home.settings
        found: dict[str, Any] = json.loads(file.read_bytes()) if file.exists() else {}
        return found

    def configure(self, changes: Mapping[str, object]) -> dict[str, Any]:
        """Put `changes` into its `daemon.json`; None takes a key out. Gives what is there now.

        As with Docker's, it counts from the next start on: see `restart`.
        """
        merged = {**self.settings, **changes}
        settings = {key: value for key, value in merged.items() if value is not None}
        file = self.place.home.settings
        self._make_folder(file.parent)
        file.write_text(json.dumps(settings, indent=2) + "\n", "utf-8")
        file.chmod(0o600)
        return settings

    def certificates(self, host: str) -> Path:
        """The folder of its `certs.d` for the registry `host`, such as `172.17.0.2:5000`."""
        return self._make_folder(self.place.home.certificates / host)

    def reach(self, other: Engine) -> dict[str, str]:
        """Let it reach the published ports of the containers of `other` as that one does.

        Their addresses in the network of `other`, and their names, lead to where their ports are
        published on this machine. Gives these pairs.
        """
        found = {
            f"{name}:{port}": place
            for container in other.client.containers.list()
            for port, place in _published(container.attrs).items()
            for name in _names(container.attrs)
        }
        self.configure({_PLACES: {**self.settings.get(_PLACES, {}), **found}})
        return found

    def start(self) -> Engine:
        """Start it unless it runs; raises EngineUnavailable."""
        self._make_folder(self.root)
        background.start(self.place)
        return Engine.connect(self.endpoint, found_by="choice")

    def stop(self) -> bool:
        """Stop it and its containers; whether it ran."""
        return background.stop(self.place)

    def restart(self) -> Engine:
        """Stop it and start it, so that its settings count; raises EngineUnavailable."""
        self.stop()
        return self.start()

    def remove(self) -> None:
        """Stop it and remove all that it had."""
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)
        if self.place.socket.parent != self.root:
            shutil.rmtree(self.place.socket.parent, ignore_errors=True)

    def _make_folder(self, folder: Path) -> Path:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder


def second_in(folder: Folder) -> LabEngine:
    """The second engine of the lab with the folder `folder`, running or not."""
    return LabEngine(folder.path / _FOLDER, hub=os.environ.get("REGNB_HUB", ""))


def remove_second(folder: Folder) -> None:
    """Stop and remove the second engine, if there is one."""
    if (folder.path / _FOLDER).exists():
        second_in(folder).remove()


def _published(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Where the TCP ports of a container are published, by their number inside."""
    ports = attributes["NetworkSettings"].get("Ports") or {}
    return {
        name.partition("/")[0]: f"127.0.0.1:{places[0]['HostPort']}"
        for name, places in ports.items()
        if places
    }


def _names(attributes: Mapping[str, Any]) -> set[str]:
    networks = attributes["NetworkSettings"].get("Networks") or {}
    names = {attributes["Name"].removeprefix("/"), attributes["Config"].get("Hostname")}
    for network in networks.values():
        names |= {network.get("IPAddress"), *(network.get("Aliases") or ())}
    return {name for name in names if name}
