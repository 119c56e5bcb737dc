from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
import urllib.request
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from regnb.embedded.api.container_streams import empty_frame
from regnb.embedded.api.router import Api
from regnb.embedded.core import EmbeddedEngine
from regnb.oci import Descriptor, Digest, Hasher
from tests.embedded.progress import lines, pull
from tests.embedded.running import free_port

EMPTY_FRAME = empty_frame(frozenset({"stdout"}))
BAD_PORT = json.dumps(
    {"Image": "registry:2", "HostConfig": {"PortBindings": {"5000/tcp": [{"HostPort": "x"}]}}}
).encode()


def host_config(**fields: object) -> bytes:
    return json.dumps({"Image": "registry:2", "HostConfig": fields}).encode()


PUBLISHED = {"PortBindings": {"5000/tcp": [{"HostIp": "", "HostPort": "0"}]}}


@pytest.fixture(autouse=True)
def image(api: Client) -> None:
    pull(api, "registry", "2")


def create(api: Client, name: str = "registry", **fields: Any) -> str:
    body = {"Image": "registry:2", "HostConfig": PUBLISHED} | fields
    response = api.post(f"/v1.51/containers/create?name={name}", json=body)
    assert response.status_code == 201, response.text
    assert response.json is not None
    return str(response.json["Id"])


def inspect(api: Client, name: str = "registry") -> dict[str, Any]:
    found = api.get(f"/containers/{name}/json").json
    assert isinstance(found, dict)
    return found


def address_of(api: Client, name: str = "registry") -> str:
    place = inspect(api, name)["NetworkSettings"]["Ports"]["5000/tcp"][0]
    return f"{place['HostIp']}:{place['HostPort']}"


def test_started_registry_answers_where_it_is_published(api: Client) -> None:
    create(api)
    assert api.post("/containers/registry/start").status_code == 204
    address = address_of(api)
    assert address.startswith("127.0.0.1:")
    with urllib.request.urlopen(f"http://{address}/v2/_catalog") as answer:
        assert json.load(answer) == {"repositories": []}


def test_life_of_a_container(api: Client) -> None:
    create(api)
    assert inspect(api)["State"]["Status"] == "created"
    assert api.post("/containers/registry/start").status_code == 204
    assert api.post("/containers/registry/start").status_code == 304
    assert inspect(api)["State"]["Running"] is True
    assert api.delete("/containers/registry").status_code == 409
    assert api.post("/containers/registry/stop?t=5").status_code == 204
    assert api.post("/containers/registry/stop").status_code == 304
    assert inspect(api)["State"]["Status"] == "exited"
    assert api.delete("/containers/registry?v=1").status_code == 204
    assert api.get("/containers/registry/json").status_code == 404


def test_killed_container_ends_as_by_docker(api: Client) -> None:
    create(api)
    api.post("/containers/registry/start")
    assert api.post("/containers/registry/kill").status_code == 204
    assert lines(api.post("/containers/registry/wait").data) == [{"StatusCode": 137}]
    assert api.post("/containers/registry/kill").status_code == 409


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


def test_taken_name_is_refused_in_moby_words(api: Client) -> None:
    identity = create(api)
    response = api.post("/containers/create?name=registry", json={"Image": "registry:2"})
    assert response.status_code == 409
    assert response.json == {
        "message": 'Conflict. The container name "/registry" is already in use by container '
        f'"{identity}". You have to remove (or rename) that container to be able to reuse that '
        "name."
    }


def test_taken_port_is_refused_at_start_and_leaves_the_container(api: Client) -> None:
    port = free_port()
    bindings = {"PortBindings": {"5000/tcp": [{"HostIp": "", "HostPort": str(port)}]}}
    create(api, "one", HostConfig=bindings)
    create(api, "two", HostConfig=bindings)
    assert api.post("/containers/one/start").status_code == 204
    response = api.post("/containers/two/start")
    assert response.status_code == 500
    assert "driver failed programming external connectivity on endpoint two (" in response.text
    assert f"Bind for 127.0.0.1:{port} failed: port is already allocated" in response.text
    assert inspect(api, "two")["State"]["Status"] == "created"


def test_port_of_another_program_is_refused(api: Client) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        create(api, HostConfig={"PortBindings": {"5000/tcp": [{"HostPort": port}]}})
        response = api.post("/containers/registry/start")
    assert response.status_code == 500
    assert f"failed to bind host port for 127.0.0.1:{port}:172.17.0.2:5000/tcp: " in response.text


def test_image_that_is_no_registry_is_refused_at_start(api: Client) -> None:
    pull(api, "nginx")
    create(api, "web", Image="nginx")
    response = api.post("/containers/web/start")
    assert response.status_code == 501
    assert "it runs registries only; use Docker for this image" in response.text
    assert inspect(api, "web")["State"]["Status"] == "created"


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


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{}", "text/plain", 400),
        (b"{}", "application/json", 400),
        (b'{"Image": "nosuch"}', "application/json", 404),
        (b'{"Image": "registry:2", "Env": "a=b"}', "application/json", 400),
        (b'{"Image": "registry:2", "HostConfig": []}', "application/json", 400),
        (BAD_PORT, "application/json", 400),
        (
            b'{"Image": "registry:2", "HostConfig": {"Binds": ["/only-one"]}}',
            "application/json",
            400,
        ),
        (b'{"Image": "registry:2", "ExposedPorts": {"web": {}}}', "application/json", 400),
        (b'{"Image": "registry:2", "Labels": {"a": 1}}', "application/json", 400),
        (host_config(PortBindings={"5000/tcp": ["5000"]}), "application/json", 400),
        (host_config(PortBindings={"5000/tcp": [{"HostPort": 5000}]}), "application/json", 400),
        (host_config(PortBindings={"web": [{"HostPort": "5000"}]}), "application/json", 400),
        (host_config(Mounts=["/data"]), "application/json", 400),
        (host_config(Binds=[1]), "application/json", 400),
        (host_config(RestartPolicy={"MaximumRetryCount": "x"}), "application/json", 400),
    ],
    ids=range(17),
)
def test_malformed_body_is_refused(api: Client, body: bytes, kind: str, status: int) -> None:
    response = api.post("/containers/create", data=body, content_type=kind)
    assert response.status_code == status
    assert response.json is not None
    assert response.json["message"]


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


@pytest.mark.parametrize(
    "path",
    [
        "containers/registry/stop?t=nan",
        "containers/registry/restart?t=1e3",
        "containers/registry/stop?t=99999999999999999999",
    ],
)
def test_number_that_is_none_is_refused(api: Client, path: str) -> None:
    create(api)
    assert api.post(path).status_code == 400
    assert api.get("containers/json?limit=inf").status_code == 400


def test_stop_waits_as_long_as_a_client_likes(api: Client) -> None:
    create(api)
    api.post("/containers/registry/start")
    assert api.post(f"/containers/registry/stop?t={(1 << 63) - 1}").status_code == 204


def test_missing_container_is_told_in_text_to_who_attaches(api: Client) -> None:
    response = api.post("/containers/no/attach?stream=1&stdout=1")
    assert (response.status_code, response.text) == (404, "No such container: no\n")
    assert response.content_type == "application/vnd.docker.raw-stream"


def test_head_of_an_archive_tells_its_status_alone(api: Client) -> None:
    create(api)
    response = api.head("/containers/registry/archive?path=/var/lib/registry")
    assert response.status_code == 200
    assert "Content-Type" not in response.headers
    status = json.loads(b64decode(response.headers["X-Docker-Container-Path-Stat"]))
    assert status["name"] == "registry"


def test_followed_logs_end_with_the_container(api: Client) -> None:
    create(api)
    api.post("/containers/registry/start")
    threading.Timer(0.3, lambda: api.post("/containers/registry/stop")).start()
    response = api.get("/containers/registry/logs?stdout=1&stderr=1&follow=1", buffered=True)
    assert response.status_code == 200


def test_list_shows_running_ones_and_with_all_the_others(api: Client) -> None:
    create(api, "one", Labels={"a": "1"})
    create(api, "two")
    api.post("/containers/one/start")
    names = [row["Names"] for row in api.get("/containers/json").json or []]
    assert names == [["/one"]]
    every = api.get("/containers/json?all=1").json or []
    assert [row["Names"] for row in every] == [["/two"], ["/one"]]
    assert every[0]["Status"] == "Created"
    assert every[1]["Status"].startswith("Up ")


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"name": ["on"]}, ["/one"]),
        ({"label": ["a=1"]}, ["/one"]),
        ({"label": ["a=2"]}, []),
        ({"status": ["created"]}, ["/two", "/one"]),
        ({"ancestor": ["registry:2"]}, ["/two", "/one"]),
        ({"volume": ["data"]}, ["/two"]),
        ({"before": ["two"]}, ["/one"]),
    ],
)
def test_list_filters(api: Client, filters: dict[str, list[str]], names: list[str]) -> None:
    create(api, "one", Labels={"a": "1"})
    create(api, "two", HostConfig={"Binds": ["data:/var/lib/registry"]})
    query = {"all": "1", "filters": json.dumps(filters)}
    rows = api.get("/containers/json", query_string=query).json or []
    assert [row["Names"][0] for row in rows] == names


def test_anonymous_volume_goes_with_the_container_when_asked(
    api: Client, engine: EmbeddedEngine
) -> None:
    create(api, "one")
    create(api, "two", HostConfig={"Binds": ["data:/var/lib/registry"]})
    api.delete("/containers/one?v=1")
    api.delete("/containers/two?v=1")
    assert [volume.name for volume in engine.volumes.all()] == ["data"]


def test_volume_in_use_is_not_removed(api: Client) -> None:
    create(api, HostConfig={"Binds": ["data:/var/lib/registry"]})
    assert api.delete("/volumes/data").status_code == 409
    api.delete("/containers/registry")
    assert api.delete("/volumes/data").status_code == 204
    assert api.delete("/volumes/data").status_code == 404


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


def test_events_tell_the_life_of_a_container(api: Client) -> None:
    create(api)
    api.post("/containers/registry/start")
    api.delete("/containers/registry?force=1")
    response = api.get("/events?since=1&until=0s")
    told = [line["status"] for line in lines(response.data) if line["Type"] == "container"]
    assert told == ["create", "start", "kill", "die", "destroy"]


def test_container_that_was_lost_is_restarted_by_its_policy(api: Client) -> None:
    create(api, HostConfig=PUBLISHED | {"RestartPolicy": {"Name": "always"}})
    api.post("/containers/registry/start")
    pid = inspect(api)["State"]["Pid"]
    os.kill(pid, signal.SIGKILL)
    while inspect(api)["State"]["Pid"] in {0, pid}:
        threading.Event().wait(0.02)
    assert inspect(api)["RestartCount"] == 1


def test_statistics_are_of_the_process(api: Client) -> None:
    create(api)
    api.post("/containers/registry/start")
    with urllib.request.urlopen(f"http://{address_of(api)}/v2/"):  # it has been loaded
        found = api.get("/containers/registry/stats?stream=0&one-shot=1").json
    assert found is not None
    assert found["memory_stats"]["usage"] > 1_000_000
    assert found["pids_stats"]["current"] >= 1


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
def test_rest_is_not_measured_by_the_clock_on_the_wall(
    api: Client, engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    """That clock is set, and jumps ahead when a laptop wakes: neither is an hour of rest."""
    create(api)
    api.post("/containers/registry/start")
    wall, steady = time.time() + jump, time.monotonic()
    monkeypatch.setattr(time, "time", lambda: wall)
    monkeypatch.setattr(time, "monotonic", lambda: steady)
    (container,) = engine.containers.all()
    engine.containers.logs(container).add("stdout", "a request\n")
    os.utime(engine.containers.folder(container) / "log.jsonl", (wall, wall))
    assert engine.idle_for() == 0
    steady += 60
    assert engine.idle_for() == pytest.approx(60)


def test_download_that_goes_on_is_no_rest(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    steady = time.monotonic() + 60
    monkeypatch.setattr(time, "monotonic", lambda: steady)
    go_on = threading.Event()

    def fetch(_size: int, _hasher: Hasher) -> Iterator[bytes]:
        go_on.wait(20)
        yield b"layer"

    layer = Descriptor("application/octet-stream", Digest.of(b"layer"), 5)
    download = engine.downloads.join(layer, fetch)
    assert engine.idle_for() == 0
    go_on.set()
    with engine.downloads.changed:
        assert engine.downloads.changed.wait_for(lambda: download.done, 20)
    assert engine.idle_for() >= 60
