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

from regnb.registry import RegistryClient, WsgiTransport
from regnb.server import Config, DirectoryStorage, MemoryStorage, create_app
from regnb.web.http_server import serving
from tests.free_port import free_port

# Gives a client of a registry that is empty, allows deletion, and lives in a folder.
OpenRegistry: TypeAlias = Callable[[Path], AbstractContextManager[RegistryClient]]

DISTRIBUTION = shutil.which("docker-registry") or shutil.which("registry")
SECONDS_TO_START = 10


@contextmanager
def distribution(folder: Path) -> Iterator[RegistryClient]:
    """Distribution, as Debian packages it, in a process of its own."""
    with (
        run_distribution(folder) as port,
        RegistryClient(f"http://localhost:{port}") as client,
    ):
        yield client


@contextmanager
def embedded_in_process(_folder: Path) -> Iterator[RegistryClient]:
    """Regnb's own, called in this process, which keeps all in memory."""
    app = create_app(MemoryStorage(), Config(delete_enabled=True))
    with RegistryClient("http://localhost:5000", transport=WsgiTransport(app)) as client:
        yield client


@contextmanager
def embedded_on_a_socket(folder: Path) -> Iterator[RegistryClient]:
    """Regnb's own, as it is served, which keeps all in a folder."""
    app = create_app(DirectoryStorage(folder), Config(delete_enabled=True))
    with serving(app) as server, RegistryClient(f"http://localhost:{server.port}") as client:
        yield client


@contextmanager
def run_distribution(
    folder: Path, http: str = "", more: str = "", storage: str = ""
) -> Iterator[int]:
    """The port of a Distribution that has `http`, `more` and `storage` in its configuration."""
    port = free_port()
    config = folder / "config.yml"
    config.write_text(
        f"version: 0.1\nlog: {{level: error}}\nhttp: {{addr: '127.0.0.1:{port}'{http}}}\n"
        f"storage: {{{storage}filesystem: {{rootdirectory: '{folder}/data'}},"
        " delete: {enabled: true}}\n"
        f"{more}\n"
    )
    command = [str(DISTRIBUTION), "serve", str(config)]
    log = (folder / "log").open("wb")
    with log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            wait_for(port, process)
            yield port
        finally:
            process.terminate()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return
    pytest.fail(f"docker-registry did not start ({process.poll()})")


needs_distribution = [
    pytest.mark.distribution,
    pytest.mark.skipif(DISTRIBUTION is None, reason="docker-registry is not installed"),
]

REGISTRIES = [
    pytest.param(embedded_in_process, id="in-process"),
    pytest.param(embedded_on_a_socket, id="socket"),
    pytest.param(distribution, id="distribution", marks=needs_distribution),
]
