from __future__ import annotations

import threading
import urllib.request

import pytest
from werkzeug.test import Client

from regnb.embedded.api.container_streams import empty_frame
from regnb.embedded.api.router import Api
from regnb.embedded.core import EmbeddedEngine
from tests.embedded.calls import (
    address_of,
    create,
    lines,
    pull,
)

pytestmark = pytest.mark.usefixtures("registry_image")

EMPTY_FRAME = empty_frame(frozenset({"stdout"}))


def test_wait_sends_its_headers_before_the_end(api: Client) -> None:
    create(api)
    response = api.post("/containers/registry/wait?condition=next-exit")
    assert response.status_code == 200
    chunks = iter(response.response)
    assert not bytes(next(chunks)).strip()  # type: ignore[arg-type]
    response.close()


def test_wait_tells_the_next_exit(api: Client) -> None:
    create(api)
    api.post("/containers/registry/start")
    answers: list[bytes] = []
    waiting = threading.Thread(
        target=lambda: answers.append(
            api.post("/containers/registry/wait?condition=next-exit", buffered=True).data
        )
    )
    waiting.start()
    while waiting.is_alive():
        api.post("/containers/registry/restart?t=0")
        waiting.join(0.2)
    assert lines(answers[0])[0].keys() == {"StatusCode"}


def test_logs_come_in_frames(api: Client) -> None:
    create(api)
    api.post("/containers/registry/start")
    urllib.request.urlopen(f"http://{address_of(api)}/v2/").close()
    api.post("/containers/registry/stop")
    content = api.get("/containers/registry/logs?stdout=1&stderr=1&tail=1").data
    assert content[0] in {1, 2}
    assert int.from_bytes(content[4:8], "big") == len(content) - 8
    assert content.endswith(b"\n")
    assert api.get("/containers/registry/logs").status_code == 400


@pytest.mark.parametrize(
    ("version", "kind"),
    [("v1.41", None), ("v1.42", "application/vnd.docker.multiplexed-stream")],
)
def test_logs_name_their_type_since_clients_know_it(
    api: Client, version: str, kind: str | None
) -> None:
    create(api)
    response = api.get(f"/{version}/containers/registry/logs?stdout=1")
    assert response.headers.get("Content-Type") == kind


def test_followed_logs_begin_at_once(engine: EmbeddedEngine) -> None:
    engine.heartbeat = 600.0  # a sign of life would come too late for this test
    api = Client(Api(engine))
    create(api)
    api.post("/containers/registry/start")
    response = api.get("/containers/registry/logs?stdout=1&follow=1&tail=0", buffered=False)
    assert next(iter(response.response)) == EMPTY_FRAME
    api.post("/containers/registry/stop")


def test_followed_logs_end_when_no_later_line_is_wanted(api: Client) -> None:
    create(api)
    api.post("/containers/registry/start")
    found = api.get("/containers/registry/logs?stdout=1&follow=1&until=1h", buffered=True).data
    assert found == EMPTY_FRAME


def test_missing_container_is_told_in_text_to_who_attaches(api: Client) -> None:
    response = api.post("/containers/no/attach?stream=1&stdout=1")
    assert (response.status_code, response.text) == (404, "No such container: no\n")
    assert response.content_type == "application/vnd.docker.raw-stream"


def test_followed_logs_end_with_the_container(api: Client) -> None:
    create(api)
    api.post("/containers/registry/start")
    threading.Timer(0.3, lambda: api.post("/containers/registry/stop")).start()
    response = api.get("/containers/registry/logs?stdout=1&stderr=1&follow=1", buffered=True)
    assert response.status_code == 200


def test_statistics_are_of_the_process(api: Client) -> None:
    create(api)
    api.post("/containers/registry/start")
    with urllib.request.urlopen(f"http://{address_of(api)}/v2/"):  # it has been loaded
        found = api.get("/containers/registry/stats?stream=0&one-shot=1").json
    assert found is not None
    assert found["memory_stats"]["usage"] > 1_000_000
    assert found["pids_stats"]["current"] >= 1


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
