from __future__ import annotations

import re

import pytest
from werkzeug.test import Client

from regnb.embedded.containers import manager
from regnb.embedded.containers.manager import invented_name
from regnb.embedded.core import EmbeddedEngine
from tests.embedded.calls import (
    create,
    pull,
)

pytestmark = pytest.mark.usefixtures("registry_image")


def test_taken_name_is_refused_in_moby_words(api: Client) -> None:
    identity = create(api)
    response = api.post("/containers/create?name=registry", json={"Image": "registry:2"})
    assert response.status_code == 409
    assert response.json == {
        "message": 'Conflict. The container name "/registry" is already in use by container '
        f'"{identity}". You have to remove (or rename) that container to be able to reuse that '
        "name."
    }


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("no/json", "No such container: no"),
        ("no/logs?stdout=1", "No such container: no"),
        ("no/stats", "No such container: no"),
    ],
)
def test_missing_container(api: Client, path: str, message: str) -> None:
    response = api.get(f"/containers/{path}")
    assert (response.status_code, response.json) == (404, {"message": message})


def test_container_without_a_name_gets_an_invented_one(api: Client) -> None:
    pull(api, "registry", "2")
    for _ in range(2):
        assert api.post("/containers/create", json={"Image": "registry:2"}).status_code == 201
    rows = api.get("/containers/json?all=1").json or []
    names = [name for row in rows for name in row["Names"]]
    assert len(set(names)) == 2
    assert all(re.fullmatch(r"/[a-z]+_[a-z]+", name) for name in names)


def test_invented_name_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager, "_FIRST", ("calm",))
    monkeypatch.setattr(manager, "_SECOND", ("crane",))
    assert invented_name([]) == "calm_crane"
    names = {"calm_crane"}
    for _ in range(50):
        name = invented_name(names)
        assert re.fullmatch(r"calm_crane\d{1,3}", name)
        assert name not in names
        names.add(name)


def test_aliases_in_a_network_are_known_after_the_engine_ends(
    api: Client, engine: EmbeddedEngine
) -> None:
    pull(api, "registry", "2")
    networks = {"EndpointsConfig": {"bridge": {"Aliases": ["store"]}}}
    body = {"Image": "registry:2", "NetworkingConfig": networks}
    made = api.post("/containers/create?name=kept", json=body)
    assert made.status_code == 201
    aliases = engine.containers.get("kept").aliases
    assert "store" in str(aliases)
    again = EmbeddedEngine(engine.home, hub="samples")
    try:
        assert again.containers.get("kept").aliases == aliases
    finally:
        again.close()
