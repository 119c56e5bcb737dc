from __future__ import annotations

import json
import os
import signal
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from werkzeug.test import Client

from regnb.embedded.containers import supervisor
from regnb.embedded.core import EmbeddedEngine
from tests.embedded.calls import (
    PUBLISHED,
    address_of,
    create,
    inspect,
    lines,
)

pytestmark = pytest.mark.usefixtures("registry_image")


def test_killed_container_ends_as_by_docker(api: Client) -> None:
    create(api)
    api.post("/containers/registry/start")
    assert api.post("/containers/registry/kill").status_code == 204
    assert lines(api.post("/containers/registry/wait").data) == [{"StatusCode": 137}]
    assert api.post("/containers/registry/kill").status_code == 409


def test_stop_waits_as_long_as_a_client_likes(api: Client) -> None:
    create(api)
    api.post("/containers/registry/start")
    assert api.post(f"/containers/registry/stop?t={(1 << 63) - 1}").status_code == 204


def test_restart_keeps_what_was_pushed(api: Client, engine: EmbeddedEngine) -> None:
    create(api, HostConfig=PUBLISHED | {"Binds": ["data:/var/lib/registry"]})
    api.post("/containers/registry/start")
    name = f"{address_of(api)}/kept"
    api.post(f"/images/registry:2/tag?repo={name}&tag=1")
    assert b'"aux"' in api.post(f"/images/{name}/push?tag=1").data
    api.post("/containers/registry/restart")
    with urllib.request.urlopen(f"http://{address_of(api)}/v2/_catalog") as answer:
        assert json.load(answer) == {"repositories": ["kept"]}
    assert any(Path(engine.volumes.get("data").path).iterdir())


def test_container_that_was_lost_is_restarted_by_its_policy(api: Client) -> None:
    create(api, HostConfig=PUBLISHED | {"RestartPolicy": {"Name": "always"}})
    api.post("/containers/registry/start")
    pid = inspect(api)["State"]["Pid"]
    os.kill(pid, signal.SIGKILL)
    while inspect(api)["State"]["Pid"] in {0, pid}:
        threading.Event().wait(0.02)
    assert inspect(api)["RestartCount"] == 1


@pytest.fixture
def restarting(api: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A container that has ended and waits to run again by its policy."""
    monkeypatch.setattr(supervisor, "_FIRST_DELAY", 5.0)
    create(api, HostConfig=PUBLISHED | {"RestartPolicy": {"Name": "always"}})
    api.post("/containers/registry/start")
    os.kill(inspect(api)["State"]["Pid"], signal.SIGKILL)
    api.post("/containers/registry/wait")
    end = time.monotonic() + 10
    while not inspect(api)["State"]["Restarting"] and time.monotonic() < end:
        time.sleep(0.01)
    return api


def test_container_that_will_run_again_is_not_pruned(restarting: Client) -> None:
    """moby#30738."""
    pruned = restarting.post("/containers/prune").json
    assert pruned == {"ContainersDeleted": None, "SpaceReclaimed": 0}
    refused = restarting.delete("/containers/registry")
    assert (refused.status_code, "container is restarting" in refused.text) == (409, True)
    rows = restarting.get("/containers/json").json or []
    assert [(row["State"], row["Status"][:17]) for row in rows] == [
        ("restarting", "Restarting (137) ")
    ]


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_container_that_will_run_again_can_be_stopped(restarting: Client, how: str) -> None:
    assert restarting.post(f"/containers/registry/{how}").status_code == 204
    assert inspect(restarting)["State"]["Status"] == "exited"
    assert restarting.delete("/containers/registry").status_code == 204


def test_forced_removal_kills(api: Client) -> None:
    create(api)
    api.post("/containers/registry/start")
    waited: list[str] = []
    response = api.post("/containers/registry/wait", buffered=False)
    waiting = threading.Thread(target=lambda: waited.append(response.get_data(as_text=True)))
    waiting.start()
    assert api.delete("/containers/registry?force=1").status_code == 204
    waiting.join()
    assert json.loads(waited[0]) == {"StatusCode": 137}
