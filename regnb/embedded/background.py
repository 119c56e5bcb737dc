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
from typing import Any

from regnb.content.locks import is_held
from regnb.embedded.home import HUB_LABEL, Home, default_home, default_socket, require_unix
from regnb.errors import EmbeddedEngineFailed

# Many start at once on a machine of learners; one that has ended is told at once.
_STARTS_WITHIN = 120.0
_STOPS_WITHIN = 20.0
_STEP = 0.02
# An engine that has its home and no socket is starting, is ending, or was robbed of it.
_REMIND_EVERY = 1.0
# The exit code of an engine whose home another one has (EX_TEMPFAIL of sysexits).
RUNS_ALREADY = 75
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

    @classmethod
    def of(cls, endpoint: str, info: Mapping[str, Any]) -> Place:
        """The place of the engine at `endpoint` that says `info` of itself."""
        hubs = [str(label).removeprefix(HUB_LABEL) for label in info["Labels"]]
        home = Home(Path(info["DockerRootDir"]))
        return cls(Path(endpoint.removeprefix("unix://")), home, hubs[0] if hubs else "")

    @property
    def endpoint(self) -> str:
        """Its address, as DOCKER_HOST takes it."""
        return f"unix://{self.socket}"


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """An engine that runs."""

    endpoint: str
    pid: int
    version: str
    containers: int
    images: int


def start(place: Place, *, idle: float | None = None) -> bool:
    """Start the engine unless it runs; whether it was started. It outlives this process.

    Two starts at once give one engine: the lock of its home decides, and the loser of the two waits
    for the winner's socket. One that is ending is waited for, and one whose socket was removed is
    told to listen again. Raises EmbeddedEngineFailed when it gives up, EmbeddedEngineNeedsUnix.
    """
    require_unix()
    if answers(place):
        return False
    try:
        place.home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedEngineFailed(str(error), subject=str(place.home.log)) from error
    process: subprocess.Popen[bytes] | None = None
    began = reminded = time.monotonic()
    while not answers(place):
        code = process.poll() if process else RUNS_ALREADY
        now = time.monotonic()
        if now > began + _STARTS_WITHIN or (code not in {None, RUNS_ALREADY}):
            raise EmbeddedEngineFailed(_last_words(place), subject=str(place.home.log))
        if is_held(place.home.lock):
            if code == RUNS_ALREADY and now > reminded + _REMIND_EVERY:
                reminded = now
                _remind(place)
        elif code == RUNS_ALREADY:
            process = _spawn(place, idle)
        time.sleep(_STEP)
    return process is not None and pid_of(place) == process.pid


def _remind(place: Place) -> None:
    """Have the engine that has the home look whether its socket is still there."""
    if pid := pid_of(place):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGHUP)


def _spawn(place: Place, idle: float | None) -> subprocess.Popen[bytes]:
    arguments = [str(place.socket), str(place.home.root), place.hub, str(idle or 3600.0)]
    with place.home.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "regnb.embedded", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )
    # It outlives this process, but when it ends first somebody has to take its exit code.
    threading.Thread(target=process.wait, daemon=True).start()
    return process


def stop(place: Place) -> bool:
    """Stop the engine and its containers; whether it ran."""
    pid = pid_of(place)
    if not pid:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + _STOPS_WITHIN
    while is_held(place.home.lock) and time.monotonic() < end:
        time.sleep(_STEP)
    return True


def status(place: Place) -> EngineStatus | None:
    """The engine that runs at `place`; None when none does."""
    try:
        info = _get(place, "/info")
    except OSError:
        return None
    return EngineStatus(
        place.endpoint,
        pid_of(place),
        str(info["ServerVersion"]),
        int(str(info["ContainersRunning"])),
        int(str(info["Images"])),
    )


def answers(place: Place) -> bool:
    """Whether something accepts connections at its socket."""
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


def pid_of(place: Place) -> int:
    """The process that has the home; 0 when none does, whatever an old file says."""
    if not is_held(place.home.lock):
        return 0
    try:
        return int(place.home.pid.read_text("ascii"))
    except (FileNotFoundError, ValueError):
        return 0  # it has the home since a moment ago


def _last_words(place: Place) -> str:
    text = place.home.log.read_text("utf-8", "replace").strip()[-_LAST_WORDS:]
    return text.splitlines()[-1] if text else ""
