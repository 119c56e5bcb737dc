"""An engine of the lab's own beside the learner's, to be configured and restarted at will.

No lesson may change the configuration of the learner's engine. This one has a folder to itself:
its images, its `daemon.json` and its `certs.d` are there, and nothing is left when it is removed.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.embedded.home import Home, short_enough
from regnb.engine.engine import Engine

_HOME, _SOCKET = "home", "engine.sock"
# Docker asks nobody else where a server is; see `Settings.places`.
_PLACES = "regnb-places"


class EngineBeside:
    """An embedded engine whose everything is below the folder `root`; `hub` as REGNB_HUB."""

    def __init__(self, root: Path, *, hub: str = "") -> None:
        self.root = root
        self.place = Place(short_enough(root / _SOCKET), Home(root / _HOME), hub)

    @property
    def endpoint(self) -> str:
        """Its address, as DOCKER_HOST takes it."""
        return self.place.endpoint

    @property
    def settings_file(self) -> Path:
        """Its `daemon.json`, which may not exist."""
        return self.place.home.settings

    @property
    def settings(self) -> dict[str, Any]:
        """What is in its `daemon.json`."""
        if not self.settings_file.exists():
            return {}
        found: dict[str, Any] = json.loads(self.settings_file.read_bytes())
        return found

    def configure(self, changes: Mapping[str, object]) -> dict[str, Any]:
        """Put `changes` into its `daemon.json`; None takes a key out. Gives what is there now.

        As with Docker's, it counts from the next start on: see `restart`.
        """
        settings = {**self.settings, **changes}
        settings = {key: value for key, value in settings.items() if value is not None}
        self._make_folder(self.settings_file.parent)
        self.settings_file.write_text(json.dumps(settings, indent=2) + "\n", "utf-8")
        self.settings_file.chmod(0o600)
        return settings

    def certificates(self, host: str) -> Path:
        """The folder of its `certs.d` for the registry `host`, such as `172.17.0.2:5000`."""
        return self._make_folder(self.place.home.certificates / host)

    def reach(self, other: Engine) -> dict[str, str]:
        """Let it reach the published ports of the containers of `other` as that one does.

        Their addresses in the network of `other`, and their names, lead to where their ports are
        published on this machine. Gives these pairs.
        """
        found = {
            f"{name}:{port}": place
            for container in other.client.containers.list()
            for port, place in _published(container.attrs).items()
            for name in _names(container.attrs)
        }
        self.configure({_PLACES: {**self.settings.get(_PLACES, {}), **found}})
        return found

    def start(self) -> Engine:
        """Start it unless it runs; raises EngineUnavailable."""
        self._make_folder(self.root)
        background.start(self.place)
        return Engine.connect(self.endpoint, found_by="choice")

    def stop(self) -> bool:
        """Stop it and its containers; whether it ran."""
        return background.stop(self.place)

    def restart(self) -> Engine:
        """Stop it and start it, so that its settings count; raises EngineUnavailable."""
        self.stop()
        return self.start()

    def remove(self) -> None:
        """Stop it and remove all that it had."""
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)
        if self.place.socket.parent != self.root:
            shutil.rmtree(self.place.socket.parent, ignore_errors=True)

    def _make_folder(self, folder: Path) -> Path:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder


def _published(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Where the TCP ports of a container are published, by their number inside."""
    ports = attributes["NetworkSettings"].get("Ports") or {}
    return {
        name.partition("/")[0]: f"127.0.0.1:{places[0]['HostPort']}"
        for name, places in ports.items()
        if places
    }


def _names(attributes: Mapping[str, Any]) -> set[str]:
    networks = attributes["NetworkSettings"].get("Networks") or {}
    names = {attributes["Name"].removeprefix("/"), attributes["Config"].get("Hostname")}
    for network in networks.values():
        names |= {network.get("IPAddress"), *(network.get("Aliases") or ())}
    return {name for name in names if name}
