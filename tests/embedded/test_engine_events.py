from __future__ import annotations

import pytest
from werkzeug.test import Client

from tests.embedded.calls import (
    create,
    lines,
)

pytestmark = pytest.mark.usefixtures("registry_image")


def test_events_tell_the_life_of_a_container(api: Client) -> None:
    create(api)
    api.post("/containers/registry/start")
    api.delete("/containers/registry?force=1")
    response = api.get("/events?since=1&until=0s")
    told = [line["status"] for line in lines(response.data) if line["Type"] == "container"]
    assert told == ["create", "start", "kill", "die", "destroy"]
