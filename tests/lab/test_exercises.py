from __future__ import annotations

import pytest

from regnb.checks.definitions import Status
from regnb.errors import RegistryUnreachable
from regnb.lab import Lab, exercises
from regnb.lab.exercises import state_of
from regnb.registry import RegistryClient
from tests.analysis.registries import Image, push


def test_lab_without_a_registry_has_an_engine(lab: Lab) -> None:
    state = state_of(lab._session)
    assert lab.engine.version in state.engine
    assert (state.registry, state.address, state.repositories) == ("", "", None)


def test_panel_counts_what_the_registry_holds(lab: Lab) -> None:
    lab.run_registry()
    for name in ("1.0", "2.0"):
        push(lab.client, "w3", name, Image([{"base": b"0"}]))
    push(lab.client, "shop", "1.0", Image([{"base": b"0"}]))
    state = state_of(lab._session)
    assert (state.registry, state.address) == ("registry", lab.address)
    assert (state.repositories, state.tags) == (2, 3)
    lab.stop_registry()
    state = state_of(lab._session)
    assert (state.address, state.repositories, state.tags) == ("", None, None)


def test_tags_of_a_large_registry_are_not_counted(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exercises, "COUNTED", 1)
    lab.run_registry()
    for name in ("one", "two"):
        push(lab.client, name, "1.0", Image([{"base": b"0"}]))
    state = state_of(lab._session)
    assert (state.repositories, state.tags) == (2, None)


def test_registry_that_does_not_answer_counts_nothing(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.run_registry()

    def silent(*_: object) -> None:
        raise RegistryUnreachable("No.")

    monkeypatch.setattr(RegistryClient, "list_repositories", silent)
    assert state_of(lab._session).repositories is None


def test_check_looks_at_the_registry(lab: Lab) -> None:
    assert lab.check("registry-runs").result.status == Status.NOT_ATTEMPTED
    lab.run_registry()
    assert lab.check("registry-runs").result.status == Status.PASSED
