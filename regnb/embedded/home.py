"""Where the embedded engine keeps its things, and where it listens.

REGNB_HOME moves everything into one folder. An engine that is told by REGNB_HUB where images come
from has a home of its own, so that samples and real images never mix.
"""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from regnb.content.atomic_files import replace_file
from regnb.embedded.refusal import StoreTooNew
from regnb.errors import EmbeddedEngineNeedsUnix

logger = logging.getLogger(__name__)

FORMAT = 1
# How an engine tells where its images come from, in what it says of itself.
HUB_LABEL = "regnb.hub="
# The shortest limit of the systems: 104 bytes on macOS, with the zero at the end.
LONGEST_SOCKET_PATH = 103


@dataclass(frozen=True, slots=True)
class Home:
    """The folders and files of one engine below `root`."""

    root: Path

    @property
    def images(self) -> Path:
        """The OCI image layout."""
        return self.root / "images"

    @property
    def containers(self) -> Path:
        """One folder for each container, named by its ID."""
        return self.root / "containers"

    @property
    def volumes(self) -> Path:
        """One folder for each volume, named by it."""
        return self.root / "volumes"

    @property
    def settings(self) -> Path:
        """The engine's own `daemon.json`."""
        return self.root / "daemon.json"

    @property
    def certificates(self) -> Path:
        """The engine's own `certs.d`."""
        return self.root / "certs.d"

    @property
    def lock(self) -> Path:
        """Locked by the process that runs the engine."""
        return self.root / "engine.lock"

    @property
    def pid(self) -> Path:
        """The ID of the process that has the lock; an old one's when it was killed."""
        return self.root / "engine.pid"

    @property
    def log(self) -> Path:
        """What an engine in the background has to say."""
        return self.root / "engine.log"

    def prepare(self) -> None:
        """Make the folders, for this user alone; raises StoreTooNew."""
        for folder in (self.root, self.images, self.containers, self.volumes):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        version = self.root / "version"
        try:
            found = int(version.read_bytes())
        except FileNotFoundError:
            found = 0
        except ValueError:
            logger.warning("%s is damaged: it is written again", version)
            found = 0
        if found > FORMAT:
            raise StoreTooNew(str(self.root), found, FORMAT)
        if found < FORMAT:
            replace_file(version, f"{FORMAT}\n".encode())


def require_unix() -> None:
    """Raise EmbeddedEngineNeedsUnix on a system without Unix sockets."""
    if not hasattr(socket, "AF_UNIX"):
        raise EmbeddedEngineNeedsUnix("There are no Unix sockets on this system.")


def default_home(environment: Mapping[str, str] = os.environ) -> Home:
    """The home of this user's engine."""
    chosen = _chosen_folder(environment)
    folder = chosen or platformdirs.user_data_path("regnb", appauthor=False)
    return Home(folder / _name(environment))


def default_socket(environment: Mapping[str, str] = os.environ) -> Path:
    """The Unix socket of this user's engine, short enough for every system."""
    return short_enough(_runtime_folder(environment) / f"{_name(environment)}.sock")


def short_enough(path: Path) -> Path:
    """`path` of a socket, or one in the folder for temporary files when the systems refuse it."""
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    short = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"regnb-{short}" / "engine.sock"


def _chosen_folder(environment: Mapping[str, str]) -> Path | None:
    chosen = environment.get("REGNB_HOME")
    return Path(chosen).expanduser().absolute() if chosen else None


def _runtime_folder(environment: Mapping[str, str]) -> Path:
    """Where sockets belong; the home, which is this user's alone, where there is no such place.

    https://specifications.freedesktop.org/basedir-spec/latest/
    """
    chosen = _chosen_folder(environment)
    if chosen:
        return chosen
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    if runtime and os.access(runtime, os.W_OK | os.X_OK):
        return Path(runtime) / "regnb"
    return default_home(environment).root


def _name(environment: Mapping[str, str]) -> str:
    hub = environment.get("REGNB_HUB", "")
    if "://" in hub:
        return "engine-room"
    return f"engine-{hub}" if hub in {"samples", "hub"} else "engine"
