"""The embedded engine of a lab ends, and the lab goes on: the next step starts it again.

It ends after an hour of rest, when it is stopped or killed, and with the machine. All that it holds
is in its home. Containers that ran have ended with it: those of the lab run again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from regnb import errors
from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.embedded.containers.record import LOST
from regnb.engine import Container, Engine
from regnb.engine.installed import installed_engine
from regnb.lab.registry_settings import STORAGE
from regnb.lab.session import Session, published_port
from regnb.registry import RegistryClient

# Key and values of a text for the learner.
Notice = tuple[str, dict[str, object]]

START_TIMEOUT = 30.0
# A registry whose engine was killed takes a moment to notice, and to let go of its port.
_PORT_FREE_WITHIN = 10.0
POLL = 0.05
# Containers of the lab that do one thing and end.
_ONCE = {"garbage-collect", "--version"}


class EngineKeeper:
    """Keeps the engine of `session` running when it is an embedded one of this machine."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._place = _place_of(session.engine)
        self._pid = self._current_pid()

    def awaken(self) -> Iterator[Notice]:
        """Start the engine again if it has ended, with the registry that ran; what to say of it.

        Raises EmbeddedEngineFailed.
        """
        if self._place is None or self._is_as_it_was(self._place):
            return
        started = background.start(self._place)
        self._pid = self._current_pid()
        # Its connections, and those to its registries, have ended.
        self._session.engine.close()
        self._session.forget_clients()
        self._session.containers.forget()
        if started:
            yield "keeper.started", {}
        for container in self._session.own_containers():
            if self._was_lost(container):
                yield self._run_again(container)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """A step; raises EmbeddedEngineStopped when the engine ends in the middle of it.

        For another engine, EngineStopped, or EngineNotStarted when it is known how to start it.
        """
        try:
            yield
        except errors.EngineUnavailable as error:
            if type(error) is not errors.EngineUnavailable:
                raise
            raise self._as_stopped(error) from error

    def _as_stopped(self, error: errors.EngineUnavailable) -> errors.EngineUnavailable:
        engine = self._session.engine
        if self._place:
            return errors.EmbeddedEngineStopped(error.message, subject=engine.endpoint)
        found = installed_engine(os.environ, flavour=engine.flavour, endpoint=engine.endpoint)
        if found:
            return errors.EngineNotStarted(found.product, found.command, goes_without=False)
        return errors.EngineStopped(error.message, subject=engine.endpoint)

    def _is_as_it_was(self, place: Place) -> bool:
        return self._current_pid() == self._pid and background.answers(place)

    def _current_pid(self) -> int:
        if self._place is None:
            return 0
        return background.pid_of(self._place)

    def _was_lost(self, container: Container) -> bool:
        if container.is_running or container.exit_code != LOST:
            return False
        return not _ONCE & {*self._session.engine.setup_of(container.name).command}

    def _run_again(self, container: Container) -> Notice:
        session, name = self._session, container.name
        try:
            self._start(name)
            address = self._wait_for(name)
        except (errors.EngineError, errors.RegistryError) as error:
            why = session.translator.tell(error).text
            return "keeper.registry_ended", {"name": name, "why": why}
        in_memory = session.engine.setup_of(name).environment.get(STORAGE) == "inmemory"
        key = "keeper.registry_is_empty" if in_memory else "keeper.registry_runs"
        return key, {"name": name, "address": address}

    def _start(self, name: str) -> None:
        end = time.monotonic() + _PORT_FREE_WITHIN
        while True:
            try:
                return self._session.engine.start_container(name)
            except errors.PortTaken:
                if time.monotonic() > end:
                    raise
                time.sleep(POLL)

    def _wait_for(self, name: str) -> str:
        """The address at which the registry `name` answers; raises RegistryStopped when it ends."""
        address = self._address_of(name)
        with self._session.quiet_client_at(address) as client:
            wait_until_it_answers(client, lambda: self._address_of(name))
        return address

    def _address_of(self, name: str) -> str:
        self._session.containers.forget()
        found = next((one for one in self._session.own_containers() if one.name == name), None)
        port = published_port(found) if found else None
        if port is None:
            raise errors.RegistryStopped("The registry has ended.", subject=name)
        return f"localhost:{port}"


def _place_of(engine: Engine) -> Place | None:
    """Where the embedded `engine` lives on this machine; None for another engine."""
    if engine.flavour != "embedded":
        return None
    place = Place.of(engine.endpoint, engine.info())
    # It may be seen through a socket alone, from a container that does not have its home.
    return place if place.home.lock.exists() else None


def wait_until_it_answers(client: RegistryClient, look: Callable[[], object] = str) -> None:
    """Wait until the registry answers; raises RegistryUnreachable when it does not in time.

    `look` is called while it does not, and may raise to end the waiting. What accepts a connection
    and closes it is not the registry: Docker's proxy listens for it before it has started.
    """
    end = time.monotonic() + START_TIMEOUT
    while True:
        try:
            client.ping()
        except (errors.RegistryUnreachable, errors.TLSFailed) as error:
            if isinstance(error, errors.TLSFailed) and error.reason != "closed":
                return
            look()
            if time.monotonic() > end:
                raise
            time.sleep(POLL)
        except errors.Unauthorized:
            return
        else:
            return
