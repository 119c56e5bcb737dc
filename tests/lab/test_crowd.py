"""Labs of many learners on one machine: none takes, or blames, what another has."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from regnb.engine import Engine
from regnb.engine.ports import ports_of_lab
from regnb.errors import NameTaken, RegistryUnreachable, RepositoryNotFound
from regnb.lab import Lab, open_lab
from regnb.lab.registry import RegistrySteps

Printed = Callable[[], str]


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    return lambda: capsys.readouterr().out


@pytest.fixture
def neighbour(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """The lab of somebody else, whose registry runs."""
    monkeypatch.setenv("REGNB_HUB", "samples")
    with monkeypatch.context() as patch:
        patch.setenv("REGNB_LAB", "neighbour")
        neighbour = open_lab("en", engine="embedded")
    neighbour.run_registry()
    yield neighbour
    neighbour.clean_up()
    neighbour.engine.close()


def test_registry_runs_when_others_are_faster_many_times(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = list(ports_of_lab())[:9]
    with ExitStack() as stack, monkeypatch.context() as patch:
        for port in taken:
            stack.enter_context(socket.create_server(("127.0.0.1", port)))
        patch.setattr("regnb.engine.ports.is_free", lambda _: True)
        lab.run_registry()
    assert int(lab.address.rpartition(":")[2]) not in taken


def test_name_that_is_taken_just_now_gives_another_one(
    lab: Lab, neighbour: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = neighbour.containers().name[0]
    free_name, tried = RegistrySteps._free_name, []

    def late(self: RegistrySteps) -> str:
        tried.append(taken)
        return free_name(self) if len(tried) > 1 else taken

    monkeypatch.setattr(RegistrySteps, "_free_name", late)
    assert lab.run_registry().name[0] != taken
    with pytest.raises(NameTaken):
        neighbour.run_registry(name=lab.containers().name[0])


def test_port_that_another_has_taken_meanwhile_is_not_left_by_the_lab(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, printed: Printed
) -> None:
    lab.run_registry()
    port = int(lab.address.rpartition(":")[2])
    remove = Engine.remove_container
    printed()
    with ExitStack() as stack:

        def removed_and_taken(engine: Engine, name: str) -> None:
            remove(engine, name)
            stack.enter_context(socket.create_server(("127.0.0.1", port)))

        monkeypatch.setattr(Engine, "remove_container", removed_and_taken)
        lab.clean_up()
    assert str(port) not in printed()


STEPS = [
    ("push", "{}/w3:1.0"),
    ("pull", "{}/w3:1.0"),
    ("tags", "{}/w3"),
    ("copy", "{}/w3:1.0", "w3:1.0"),
]


@pytest.mark.parametrize("call", STEPS, ids=lambda call: call[0])
def test_registry_of_a_neighbour_is_told(
    lab: Lab, neighbour: Lab, call: tuple[str, ...], printed: Printed
) -> None:
    neighbour.pull("nginx")
    neighbour.tag("nginx", f"{neighbour.address}/w3:1.0")
    neighbour.push(f"{neighbour.address}/w3:1.0")
    lab.run_registry()
    step, *words = [word.format(neighbour.address) for word in call]
    printed()
    getattr(lab, step)(*words)
    told = f"`{neighbour.address}` is not this lab’s but somebody else’s; yours is at"
    assert f"{told} `{lab.address}`" in printed()


def test_registry_of_a_neighbour_is_told_to_who_has_none(
    lab: Lab, neighbour: Lab, printed: Printed
) -> None:
    with pytest.raises(RepositoryNotFound):
        lab.tags(f"127.0.0.1:{neighbour.address.rpartition(':')[2]}/w3")
    assert "somebody else’s; `lab.run_registry()` starts yours" in printed()


def test_own_registry_and_one_that_nobody_runs_are_no_strangers(lab: Lab, printed: Printed) -> None:
    lab.run_registry()
    lab.pull("nginx")
    for host in ("localhost", "127.0.0.1"):
        address = lab.address.replace("localhost", host)
        lab.tag("nginx", f"{address}/w3:1.0")
        lab.push(f"{address}/w3:1.0")
        lab.tags(f"{address}/w3")
    with pytest.raises(RegistryUnreachable):
        lab.tags(f"localhost:{ports_of_lab()[-1]}/w3")
    assert "not this lab’s" not in printed()
