from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from regnb.registry import RegistryClient
from tests.contract.engines import NOT_ON_PODMAN
from tests.contract.labs import embedded, engine, lab, open_a_lab, own_engine, printed
from tests.contract.registries import REGISTRIES
from tests.contract.trust import owner

__all__ = ["embedded", "engine", "lab", "open_a_lab", "own_engine", "owner", "printed"]


def pytest_itemcollected(item: pytest.Item) -> None:
    reason = NOT_ON_PODMAN.get(getattr(item, "originalname", ""))
    if reason and item.get_closest_marker("podman"):
        item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session", params=REGISTRIES)
def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RegistryClient]:
    """A client of each registry; one registry serves all tests, each in a repository of its own."""
    with request.param(tmp_path_factory.mktemp("registry")) as client:
        yield client


@pytest.fixture
def repository(request: pytest.FixtureRequest) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")
    return f"contract/{name}"
