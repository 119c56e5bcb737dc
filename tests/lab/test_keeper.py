"""The embedded engine of an open lab ends: what the next step does, and what it says."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.embedded.home import Home
from regnb.engine.installed import InstalledEngine
from regnb.errors import (
    EmbeddedEngineFailed,
    EmbeddedEngineStopped,
    EngineError,
    EngineNotStarted,
    EngineStopped,
    RegistryStopped,
)
from regnb.lab import Lab, open_lab
from regnb.lab.authority import Certificates
from regnb.lab.handshake import shake_hands
from regnb.lab.keeper import wait_until_it_answers
from regnb.registry import RegistryClient, UrllibTransport
from regnb.server import MemoryStorage, create_app
from regnb.web.http_server import serving
from tests.embedded.running import wait_for
from tests.engine.conftest import sockets
from tests.engine.fake_api import FakeApi
from tests.engine.fake_api import serving as serving_api
from tests.lab.conftest import server_context
from tests.servers import slow_to_start

__all__ = ["sockets"]

Said = Callable[..., bool]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path / "e.sock", Home(tmp_path / "home"), "samples")
    background.start(place)
    yield place
    background.stop(place)


@pytest.fixture
def lab(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A lab on an engine that it did not start itself: it only knows its address."""
    monkeypatch.setenv("REGNB_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("REGNB_HUB", "samples")
    monkeypatch.setenv("REGNB_LAB", "test-keeper")
    lab = open_lab("en", engine=place.endpoint)
    yield lab
    lab.clean_up()
    lab.engine.close()


@pytest.fixture
def said(lab: Lab, capsys: pytest.CaptureFixture[str]) -> Said:
    """Whether the lab has said a sentence since it was asked the last time."""

    def was_said(key: str, **values: object) -> bool:
        return lab._session.translator(key, **values) in capsys.readouterr().out

    return was_said


def kill(place: Place) -> None:
    os.kill(background.pid_of(place), signal.SIGKILL)
    wait_for(lambda: not background.pid_of(place))


def test_registry_in_memory_runs_again_and_is_said_to_be_empty(
    lab: Lab, place: Place, said: Said
) -> None:
    lab.run_registry(memory=True)
    address = lab.address
    kill(place)
    assert list(lab.catalog()["repository"]) == []
    assert said("keeper.registry_is_empty", name="registry", address=address)


def test_registry_that_was_stopped_before_stays_so(lab: Lab, place: Place, said: Said) -> None:
    lab.run_registry()
    lab.stop_registry()
    kill(place)
    lab.images()
    assert said("keeper.started")
    with pytest.raises(RegistryStopped):
        lab.catalog()
    lab.run_registry()
    lab.catalog()


def test_registry_whose_port_was_taken_meanwhile_is_told_and_the_step_goes_on(
    lab: Lab, place: Place, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regnb.lab.keeper._PORT_FREE_WITHIN", 0.5)
    lab.run_registry()
    port = int(lab.address.rpartition(":")[2])
    background.stop(place)
    with socket.create_server(("127.0.0.1", port)):
        assert len(lab.images()) == 1
        why = lab._session.translator("errors.PortTaken.text", subject="registry")
        assert said("keeper.registry_ended", name="registry", why=why)
    lab.run_registry()
    assert lab.address == f"localhost:{port}"


def test_engine_that_ends_in_a_step_is_told_and_the_next_step_works(lab: Lab, place: Place) -> None:
    def end_in_the_middle() -> None:
        with lab._during("images"):
            kill(place)
            lab._session.engine.images()

    with pytest.raises(EmbeddedEngineStopped):
        end_in_the_middle()
    assert len(lab.images()) == 0


def test_engine_that_cannot_start_again_is_told_once_for_each_step(lab: Lab, place: Place) -> None:
    version = place.home.root / "version"
    before = version.read_text()
    kill(place)
    version.write_text("2\n")
    for _ in range(2):
        with pytest.raises(EmbeddedEngineFailed, match="written by a newer regnb"):
            lab.images()
    version.write_text(before)
    lab.images()


def test_what_is_no_step_starts_it_too(lab: Lab, place: Place) -> None:
    kill(place)
    assert lab.engine.client.ping()
    panel = lab.panel()
    kill(place)
    panel.answer("look", "")
    assert background.status(place)


def test_second_engine_starts_again_and_knows_who_is_logged_in(lab: Lab, place: Place) -> None:
    lab.add_user("alice")
    lab.run_registry(auth="htpasswd")
    lab.login("alice")
    second = lab.second_engine()
    second.login("alice")
    second.pull("alpine")
    name = f"{lab.address}/tools:1"
    second.tag("alpine", name)
    kill(Place.of(second.engine.endpoint, second.engine.client.info()))
    second.push(name)
    kill(Place.of(second.engine.endpoint, second.engine.client.info()))
    kill(place)
    second.push(name)
    lab.pull(name)


@pytest.mark.parametrize(
    ("installed", "kind", "words"),
    [
        (None, EngineStopped, "no longer answers"),
        (InstalledEngine("Colima", "colima start"), EngineNotStarted, "`colima start`"),
    ],
)
def test_other_engine_that_ends_is_told_with_its_mend(
    sockets: Path,
    monkeypatch: pytest.MonkeyPatch,
    installed: InstalledEngine | None,
    kind: type[EngineError],
    words: str,
) -> None:
    monkeypatch.setattr("regnb.lab.keeper.installed_engine", lambda *_, **__: installed)
    with serving_api(FakeApi(), sockets / "docker.sock") as endpoint:
        lab = open_lab("en", engine=endpoint)
        lab.images()
    with pytest.raises(kind) as caught:
        lab.images()
    assert words in str(caught.value)
    assert "get-docker" not in str(caught.value)
    with serving_api(FakeApi(), sockets / "docker.sock"):
        lab.images()
    lab.engine.client.close()


@pytest.mark.parametrize("reset", [True, False], ids=["reset", "closed"])
@pytest.mark.parametrize("tls", [True, False], ids=["tls", "plain"])
def test_registry_is_waited_for_behind_a_proxy_that_listens_before_it(
    certificates: Certificates, tls: bool, reset: bool
) -> None:
    certificates.issue("server", ["localhost"], role="server")
    context = server_context(certificates) if tls else None
    with (
        serving(create_app(MemoryStorage()), context=context) as server,
        slow_to_start(server.port, cuts=7, reset=reset) as port,
        RegistryClient(
            f"http{'s' * tls}://localhost:{port}",
            transport=UrllibTransport(ca_file=certificates.authority_file),
        ) as client,
    ):
        wait_until_it_answers(client)
        client.ping()
        if tls:
            shake_hands(port, host="localhost", authority=None, client=None)
