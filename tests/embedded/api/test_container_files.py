from __future__ import annotations

import json
from base64 import b64decode

import pytest
from werkzeug.test import Client

from tests.embedded.calls import (
    create,
)

pytestmark = pytest.mark.usefixtures("registry_image")


def test_head_of_an_archive_tells_its_status_alone(api: Client) -> None:
    create(api)
    response = api.head("/containers/registry/archive?path=/var/lib/registry")
    assert response.status_code == 200
    assert "Content-Type" not in response.headers
    status = json.loads(b64decode(response.headers["X-Docker-Container-Path-Stat"]))
    assert status["name"] == "registry"
