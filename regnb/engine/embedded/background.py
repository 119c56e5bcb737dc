"""The engine in the background: started once, found again, stopped."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from regnb.engine.embedded.home import Home, default_home, default_socket, require_unix
from regnb.errors import EmbeddedEngineFailed

_STARTS_WITHIN = 30.0
_STOPS_WITHIN = 20.0
_STEP = 0.02
_LAST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Place:
    """Where an engine listens and lives; `hub` as in `EmbeddedEngine`."""

    socket: Path
    home: Home
    hub: str = ""

    @classmethod
    def default(cls, environment: Mapping[str, str] = os.environ) -> Place:
        """The place of this user's engine."""
        hub = environment.get("REGNB_HUB", "")
        return cls(default_socket(environment), default_home(environment), hub)

    @property
    def endpoint(self) -> str:
        """Its address, as DOCKER_HOST takes it."""
        return f"unix://{self.socket}"


@dataclass(frozen=True, slots=True)
class Status:
    """An engine that runs."""

    endpoint: str
    pid: int
    version: str
    containers: int
    images: int


def start(place: Place, *, idle: float | None = None) -> bool:
    """Start the engine unless it runs; whether it was started. It outlives this process.

    Two starts at once give one engine: the lock of its home decides, and the loser of the two waits
    for the winner's socket. Raises EmbeddedEngineFailed when it gives up, EmbeddedEngineNeedsUnix.
    """
    require_unix()
    if _answers(place):
        return False
    try:
        place.home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedEngineFailed(str(error), subject=str(place.home.log)) from error
    arguments = [str(place.socket), str(place.home.root), place.hub, str(idle or 3600.0)]
    with place.home.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "regnb.engine.embedded", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )
    # It outlives this process, but when it ends first somebody has to take its exit code.
    threading.Thread(target=process.wait, daemon=True).start()
    end = time.monotonic() + _STARTS_WITHIN
    while not _answers(place):
        gave_up = process.poll() is not None and not _is_locked(place)
        if gave_up or time.monotonic() > end:
            raise EmbeddedEngineFailed(_last_words(place), subject=str(place.home.log))
        time.sleep(_STEP)
    return _pid(place) == process.pid


def stop(place: Place) -> bool:
    """Stop the engine and its containers; whether it ran."""
    pid = _pid(place)
    if not pid:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + _STOPS_WITHIN
    while _is_locked(place) and time.monotonic() < end:
        time.sleep(_STEP)
    return True


def status(place: Place) -> Status | None:
    """The engine that runs at `place`; None when none does."""
    try:
        info = _get(place, "/info")
    except OSError:
        return None
    return Status(
        place.endpoint,
        _pid(place),
        str(info["ServerVersion"]),
        int(str(info["ContainersRunning"])),
        int(str(info["Images"])),
    )


def _answers(place: Place) -> bool:
    with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
        probe.settimeout(1.0)
        probe.connect(str(place.socket))
        return True
    return False


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=5.0)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def _get(place: Place, path: str) -> dict[str, object]:
    with contextlib.closing(_UnixConnection(place.socket)) as connection:
        connection.request("GET", path)
        value: dict[str, object] = json.loads(connection.getresponse().read())
        return value


def _pid(place: Place) -> int:
    """The process that has the home; 0 when none does, whatever an old file says."""
    if not _is_locked(place):
        return 0
    text = place.home.lock.read_text("ascii").strip()
    return int(text) if text.isdecimal() else 0


def _is_locked(place: Place) -> bool:
    import fcntl  # noqa: PLC0415 - not there on Windows, where this engine is not either

    try:
        with place.home.lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _last_words(place: Place) -> str:
    text = place.home.log.read_text("utf-8", "replace").strip()[-_LAST_WORDS:]
    return text.splitlines()[-1] if text else ""
