"""Containers in the foreground, by the docker command: `docker run` without `-d`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from regnb.embedded import background
from regnb.embedded.background import Place
from tests.embedded.running import client_of, wait_for

pytestmark = pytest.mark.skipif(not shutil.which("docker"), reason="the docker command is not here")


@pytest.fixture
def docker(place: Place) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the docker command at an engine that has the image of a registry."""
    background.start(place)
    with closing(client_of(place)) as client:
        client.images.pull("registry", tag="2.6")
    environment = {**os.environ, "DOCKER_HOST": place.endpoint}
    started: list[subprocess.Popen[str]] = []

    def run(*words: str) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                ["docker", *words],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return started[-1]

    yield run
    for one in started:
        one.kill()
        one.communicate()


def test_foreground_registry_prints_its_log_and_ends_by_ctrl_c(
    place: Place, docker: Callable[..., subprocess.Popen[str]]
) -> None:
    running = docker("container", "run", "--rm", "--name", "front", "registry:2.6")
    assert running.stdout is not None
    assert "listening on" in running.stdout.readline()
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode == 2
    with closing(client_of(place)) as client:
        wait_for(lambda: not client.containers.list(all=True))


def test_what_cannot_run_is_told_and_removes_itself(
    place: Place, docker: Callable[..., subprocess.Popen[str]]
) -> None:
    running = docker("container", "run", "--rm", "registry:2.6", "sh")
    told, _ = running.communicate(timeout=60)
    assert "it runs registries only; use Docker for this image." in told
    assert running.returncode == 125
    with closing(client_of(place)) as client:
        assert client.containers.list(all=True) == []
