"""A Docker Engine with everything it keeps in one folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import docker
import docker.errors

from tests.realparts.processes import Running, running

DEFAULT_SOCKET = "unix:///var/run/docker.sock"
# Where systems without Unix sockets find it; nobody else is in the network namespace.
ON_TCP = "tcp://127.0.0.1:2375"
START_TIMEOUT = 60.0
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@dataclass(frozen=True)
class Daemon:
    """An engine that answers at `endpoint`."""

    endpoint: str
    running: Running


@contextmanager
def dockerd(
    folder: Path, *, authority: Path, mirror: str | None, store: str = "classic"
) -> Iterator[Daemon]:
    """A dockerd that pulls through `mirror` (host and port) and trusts `authority`.

    `store` is `classic` or `containerd`, which Docker 28 and later can have.
    """
    endpoint = f"unix://{folder}/docker.sock"
    command = [
        "dockerd",
        f"--host={endpoint}",
        f"--host={DEFAULT_SOCKET}",
        f"--host={ON_TCP}",
        f"--data-root={folder}/docker",
        f"--exec-root={folder}/exec",
        f"--pidfile={folder}/dockerd.pid",
        f"--cgroup-parent=/{folder.name}",
        "--shutdown-timeout=5",
        *([f"--registry-mirror=http://{mirror}"] if mirror else []),
        *(["--feature=containerd-snapshotter=true"] if store == "containerd" else []),
    ]
    environment = direct_environment() | {"SSL_CERT_FILE": str(authority)}
    with running(command, log=folder / "dockerd.log", environment=environment) as process:
        process.wait_for(lambda: answers(endpoint), seconds=START_TIMEOUT)
        yield Daemon(endpoint, process)


def direct_environment() -> dict[str, str]:
    """The environment of this process without proxies, which lead out of the namespace."""
    return {key: value for key, value in os.environ.items() if key.lower() not in _PROXIES}


def answers(endpoint: str) -> bool | None:
    """True when an engine answers there, None as long as none does."""
    if not Path(endpoint.removeprefix("unix://")).exists():
        return None
    try:
        client = docker.DockerClient(base_url=endpoint, version="auto", timeout=5)
    except docker.errors.DockerException:
        return None
    client.close()
    return True
