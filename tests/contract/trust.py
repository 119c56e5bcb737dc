"""What the owner of an engine tells it about registries: insecure ones, and certificates.

regnb does this for engines of its own alone. The tests do it for a real one in their namespaces,
where `/etc/docker` is theirs.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from regnb.embedded.background import Place
from regnb.engine.failures import SDK_ERRORS
from regnb.errors import EngineUnavailable
from regnb.lab import Lab

SYSTEM = Path("/etc/docker")
PATIENCE = 30.0
PODMAN = Path("/etc/containers/registries.conf.d/tests.conf")


def read_settings(flavour: str, has_read: Callable[[], bool]) -> None:
    """Have the engine of the tests read its settings again, for which a Podman is started anew."""
    pid = os.environ["REGNB_ENGINE_PID"]
    children = Path(f"/proc/{pid}/task/{pid}/children")
    before = children.read_text()
    os.kill(int(pid), signal.SIGHUP)
    end = time.monotonic() + PATIENCE
    while True:
        is_same = flavour == "podman" and children.read_text() in {before, ""}
        with suppress(EngineUnavailable, *SDK_ERRORS):
            if not is_same and has_read():
                return
        assert time.monotonic() < end, "the engine did not read its configuration"
        time.sleep(0.05)


class Owner:
    """Changes the configuration of the engine in the folder `folder`."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self._lab = lab
        self.folder = folder

    def trust_without_tls(self, *registries: str) -> None:
        """Write which registries need no TLS, and have it read."""
        if self._lab.engine.flavour == "podman":
            blocks = [f'[[registry]]\nlocation = "{name}"\ninsecure = true' for name in registries]
            PODMAN.write_text("\n".join(blocks))
        else:
            content = json.dumps({"insecure-registries": registries})
            (self.folder / "daemon.json").write_text(content)
        flavour = self._lab.engine.flavour
        if flavour != "embedded":  # which reads it at each use
            read_settings(flavour, lambda: self._has_read(registries))

    def _has_read(self, registries: Sequence[str]) -> bool:
        known = self._lab.engine.client.info()["RegistryConfig"]["IndexConfigs"]
        return set(registries) <= {name for name, index in known.items() if not index["Secure"]}

    def certificates(self, registry: str) -> Path:
        """The folder of certificates for `registry`."""
        folder = self.folder / "certs.d" / registry
        folder.mkdir(parents=True, exist_ok=True)
        return folder


@pytest.fixture
def owner(lab: Lab) -> Iterator[Owner]:
    """The owner of the lab's engine, who takes everything back after the test."""
    embedded = lab.engine.flavour == "embedded"
    if not embedded and "REGNB_REALPARTS" not in os.environ:
        pytest.skip("this engine is not the tests'")
    # Podman reads the certificates in Docker's folder too.
    folder = Place.default().home.root if embedded else SYSTEM
    owner = Owner(lab, folder)
    yield owner
    owner.trust_without_tls()
    (folder / "daemon.json").unlink(missing_ok=True)
    PODMAN.unlink(missing_ok=True)
    shutil.rmtree(folder / "certs.d", ignore_errors=True)
