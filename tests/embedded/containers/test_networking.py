"""Ports: who binds one has it, whatever another engine of the machine believes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from werkzeug.test import Client

from regnb.embedded.api.router import Api
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.home import Home
from tests.embedded.calls import create, inspect, pull
from tests.free_port import free_port

ENGINES = 3


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[list[Client]]:
    """Engines of several learners of one machine, each with the image of a registry."""
    with ExitStack() as stack:
        found = []
        for number in range(ENGINES):
            engine = EmbeddedEngine(Home(tmp_path / str(number)), hub="samples")
            stack.callback(engine.close)
            client = Client(Api(engine))
            pull(client, "registry", "2")
            found.append(client)
        yield found


def test_one_of_several_starts_at_once_gets_the_port(engines: list[Client]) -> None:
    port = free_port()
    bindings = {"5000/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]}
    body = {"Image": "registry:2", "HostConfig": {"PortBindings": bindings}}
    ready = threading.Barrier(ENGINES)
    answers: list[tuple[int, str]] = []

    def start(client: Client) -> None:
        client.post("/containers/create?name=registry", json=body)
        ready.wait()
        response = client.post("/containers/registry/start")
        answers.append((response.status_code, response.text))

    threads = [threading.Thread(target=start, args=(client,)) for client in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in answers) == [204, 500, 500]
    refused = [text for status, text in answers if status == 500]
    place = f"127.0.0.1:{port}:172.17.0.2:5000/tcp"
    assert all(f"bind host port for {place}: address already in use" in text for text in refused)
    states = [client.get("/containers/registry/json").json or {} for client in engines]
    assert sorted(state["State"]["Status"] for state in states) == ["created", "created", "running"]


def test_port_out_of_sight_is_no_other_container_s(engines: list[Client]) -> None:
    """A registry that publishes nothing is reached all the same, by the name of its container."""
    client = engines[0]
    for name in ("one", "two"):
        client.post(f"/containers/create?name={name}", json={"Image": "registry:2"})
        assert client.post(f"/containers/{name}/start").status_code == 204
        client.post(f"/images/registry:2/tag?repo={name}:5000/w3&tag=1")
        pushed = client.post(
            f"/images/{name}:5000/w3/push?tag=1", headers={"X-Registry-Auth": "{}"}
        )
        assert "server gave HTTP response to HTTPS client" in pushed.text


@pytest.mark.usefixtures("registry_image")
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


@pytest.mark.usefixtures("registry_image")
def test_port_of_another_program_is_refused(api: Client) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        create(api, HostConfig={"PortBindings": {"5000/tcp": [{"HostPort": port}]}})
        response = api.post("/containers/registry/start")
    assert response.status_code == 500
    assert f"failed to bind host port for 127.0.0.1:{port}:172.17.0.2:5000/tcp: " in response.text
