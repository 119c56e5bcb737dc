"""The registries that the contract is checked on: one line each in `REGISTRIES`."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest

from regnb.errors import RegistryUnreachable
from regnb.registry import RegistryClient

# Gives a client of a registry that is empty, allows deletion, and lives in a folder.
OpenRegistry: TypeAlias = Callable[[Path], AbstractContextManager[RegistryClient]]

DISTRIBUTION = shutil.which("docker-registry") or shutil.which("registry")
SECONDS_TO_START = 10


@contextmanager
def distribution(folder: Path) -> Iterator[RegistryClient]:
    """Distribution, as Debian packages it, in a process of its own."""
    port = free_port()
    config = folder / "config.yml"
    config.write_text(
        f"version: 0.1\nlog: {{level: error}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n"
        f"storage: {{filesystem: {{rootdirectory: '{folder}/data'}}, delete: {{enabled: true}}}}\n"
    )
    command = [str(DISTRIBUTION), "serve", str(config)]
    log = (folder / "log").open("wb")
    with log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            with RegistryClient(f"http://127.0.0.1:{port}") as client:
                wait_for(client, process)
                yield client
        finally:
            process.terminate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for(client: RegistryClient, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            client.ping()
        except RegistryUnreachable:
            time.sleep(0.02)
        else:
            return
    pytest.fail(f"docker-registry did not start ({process.poll()})")


needs_distribution = [
    pytest.mark.distribution,
    pytest.mark.skipif(DISTRIBUTION is None, reason="docker-registry is not installed"),
]

REGISTRIES = [
    pytest.param(distribution, id="distribution", marks=needs_distribution),
]
