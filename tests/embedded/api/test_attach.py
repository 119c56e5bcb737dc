"""What the docker command, which reads closely, is sent when it attaches or waits."""

from __future__ import annotations

import json
import threading

import pytest
from werkzeug.test import Client

from regnb.embedded.core import EmbeddedEngine
from tests.embedded.progress import pull

STDERR_FRAME = bytes([2, 0, 0, 0, 0, 0, 0, 0])


@pytest.fixture(autouse=True)
def container(api: Client) -> str:
    """A registry that does not run, `x1`."""
    pull(api, "registry", "2")
    made = api.post("/containers/create?name=x1", json={"Image": "registry:2"}).json
    assert made is not None
    return str(made["Id"])


def test_client_of_one_output_gets_no_frame_of_the_other(api: Client) -> None:
    with api.post("/containers/x1/attach?stderr=1&stream=1", buffered=False) as response:
        frames = iter(response.response)
        assert [next(frames), next(frames)] == [STDERR_FRAME, STDERR_FRAME]


@pytest.mark.parametrize("keys", ["ctrl-p,ctrl-q", "q", "ctrl-@,ctrl-[", "ctrl-P"])
def test_keys_that_detach(api: Client, keys: str) -> None:
    assert api.post("/containers/x1/attach", query_string={"detachKeys": keys}).status_code == 200


@pytest.mark.parametrize("keys", ["ctrl-", "ctrl-1", "control-x", "a,", "ctrl-pq"])
def test_keys_that_are_none(api: Client, keys: str) -> None:
    response = api.post("/containers/x1/attach", query_string={"detachKeys": keys})
    assert response.status_code == 400
    assert response.text == f"Invalid detach keys ({keys}) provided\n"


def test_exit_code_is_that_of_the_end_that_was_awaited(api: Client, engine: EmbeddedEngine) -> None:
    api.post("/containers/x1/start")
    codes = engine.supervisor.wait(engine.containers.get("x1"), "next-exit", 0.05)
    assert next(codes) is None
    api.post("/containers/x1/restart")
    assert next(code for code in codes if code is not None) == 2
    assert engine.containers.get("x1").state.running


def test_forced_removal_kills(api: Client) -> None:
    api.post("/containers/x1/start")
    waited: list[str] = []
    response = api.post("/containers/x1/wait", buffered=False)
    waiting = threading.Thread(target=lambda: waited.append(response.get_data(as_text=True)))
    waiting.start()
    assert api.delete("/containers/x1?force=1").status_code == 204
    waiting.join()
    assert json.loads(waited[0]) == {"StatusCode": 137}


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (
            {"Name": "sometimes"},
            (
                "invalid restart policy: unknown policy 'sometimes'; use one of 'no', 'always', "
                "'on-failure', or 'unless-stopped'"
            ),
        ),
        (
            {"Name": "on-failure", "MaximumRetryCount": -1},
            "invalid restart policy: maximum retry count cannot be negative",
        ),
        (
            {"Name": "always", "MaximumRetryCount": 3},
            "invalid restart policy: maximum retry count can only be used with 'on-failure'",
        ),
    ],
)
def test_restart_policy_that_makes_no_sense(
    api: Client, policy: dict[str, object], message: str
) -> None:
    body = {"Image": "registry:2", "HostConfig": {"RestartPolicy": policy}}
    response = api.post("/containers/create", json=body)
    assert (response.status_code, response.json) == (400, {"message": message})
