from __future__ import annotations

import pytest
from werkzeug.test import Client

from tests.embedded.calls import (
    create,
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
