"""An engine that is a process of its own, in tests."""

from __future__ import annotations

import json
import os
import signal
import time

import docker

from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.embedded.core import EmbeddedEngine


def settle(engine: EmbeddedEngine, places: dict[str, str], **settings: object) -> None:
    """Tell `engine` where the servers of some addresses are, and what else is in daemon.json."""
    content = {"regnb-places": places, **settings}
    engine.home.settings.write_text(json.dumps(content), "utf-8")


def client_of(place: Place) -> docker.DockerClient:
    return docker.DockerClient(base_url=place.endpoint, version="auto")


def pid_of(place: Place) -> int:
    found = background.status(place)
    assert found is not None
    return found.pid


def kill(place: Place) -> None:
    """Kill the engine as the system does when memory is short, and wait for its end."""
    os.kill(pid_of(place), signal.SIGKILL)
    wait_for(lambda: background.status(place) is None)


def wait_for(condition: object, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while callable(condition) and not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
