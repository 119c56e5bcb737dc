from __future__ import annotations

import pytest
from werkzeug.test import Client

from tests.embedded.calls import (
    create,
    inspect,
    pull,
)

pytestmark = pytest.mark.usefixtures("registry_image")


def test_image_that_is_no_registry_is_refused_at_start(api: Client) -> None:
    pull(api, "nginx")
    create(api, "web", Image="nginx")
    response = api.post("/containers/web/start")
    assert response.status_code == 501
    assert "it runs registries only; use Docker for this image" in response.text
    assert inspect(api, "web")["State"]["Status"] == "created"
