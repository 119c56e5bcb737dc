"""A second runtime, threads in this process, needs nothing but the protocol."""

from __future__ import annotations

import json
import signal
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from regnb.embedded.api.router import Api
from regnb.embedded.containers.logs import STDOUT, Logs
from regnb.embedded.containers.runtime import Launch, Runtime, Task
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.home import Home
from regnb.server import DirectoryStorage, create_app
from regnb.server.config_file import load_config
from regnb.web.http_server import Server
from tests.embedded.calls import pull, statuses

STOPPED, KILLED = 2, 128 + signal.SIGKILL


class Thread:
    """A registry in a thread of this process."""

    pid = 0

    def __init__(self, launch: Launch, logs: Logs, on_exit: Callable[[int], None]) -> None:
        config = load_config(launch.words[-1], launch.environment)
        app = create_app(DirectoryStorage(Path(config.storage_directory)), config)
        listening = launch.sockets[0].dup()
        self._server = Server(listening.getsockname()[:2], app, listening=listening)
        self._logs, self._on_exit = logs, on_exit
        self._code = STOPPED
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._server.prepare()
        logs.opened()
        logs.add(STDOUT, f"in a thread: {' '.join(launch.words[:1])}\n")
        self._thread.start()

    def signal(self, number: int) -> None:
        self._code = KILLED if number == signal.SIGKILL else STOPPED
        self._server.stop()

    def end(self, timeout: float) -> None:
        self.signal(signal.SIGTERM)
        self.wait(timeout)

    def wait(self, timeout: float | None = None) -> bool:
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def wait_until_it_serves(self, timeout: float) -> None:
        """Return at once: its socket listens."""

    def _serve(self) -> None:
        self._server.serve()
        self._logs.closed()
        self._on_exit(self._code)


class ThreadRuntime:
    def start(self, launch: Launch, logs: Logs, on_exit: Callable[[int], None]) -> Task:
        return Thread(launch, logs, on_exit)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    runtime: Runtime = ThreadRuntime()
    engine = EmbeddedEngine(Home(tmp_path / "home"), hub="samples", runtime=runtime)
    yield engine
    engine.close()


def run(api: Client) -> str:
    """The address of a registry in a new container, as `docker run` starts it."""
    pull(api, "registry", "2")
    published = {"PortBindings": {"5000/tcp": [{"HostIp": "", "HostPort": "0"}]}}
    body = {"Image": "registry:2", "HostConfig": published}
    assert api.post("/containers/create?name=registry", json=body).status_code == 201
    assert api.post("/containers/registry/start").status_code == 204
    found = api.get("/containers/registry/json").json
    place = found["NetworkSettings"]["Ports"]["5000/tcp"][0]  # type: ignore[index]
    return f"{place['HostIp']}:{place['HostPort']}"


def test_registry_in_a_thread_takes_a_push(api: Client) -> None:
    address = run(api)
    api.post(f"/images/registry:2/tag?repo={address}/w3&tag=1.0")
    pushed = api.post(f"/images/{address}/w3/push?tag=1.0", headers={"X-Registry-Auth": "e30="})
    assert "Pushed" in statuses(pushed.data)
    with urllib.request.urlopen(f"http://{address}/v2/_catalog") as answer:
        assert json.load(answer) == {"repositories": ["w3"]}


def test_container_in_a_thread_is_stopped_and_started_again(api: Client) -> None:
    run(api)
    assert api.post("/containers/registry/stop").status_code == 204
    state = api.get("/containers/registry/json").json["State"]  # type: ignore[index]
    assert (state["Status"], state["ExitCode"], state["Pid"]) == ("exited", STOPPED, 0)
    assert api.post("/containers/registry/start").status_code == 204
    assert api.post("/containers/registry/kill").status_code == 204
    assert api.post("/containers/registry/wait").json == {"StatusCode": KILLED}


def test_logs_of_a_container_in_a_thread(api: Client) -> None:
    run(api)
    api.post("/containers/registry/stop")
    logs = api.get("/containers/registry/logs?stdout=1&stderr=1")
    assert b"in a thread: serve" in logs.data


def test_container_in_a_thread_uses_nothing_that_is_known(engine: EmbeddedEngine) -> None:
    api = Client(Api(engine))
    run(api)
    found = api.get("/containers/registry/stats?stream=0").json
    assert found["memory_stats"] == {}  # type: ignore[index]
