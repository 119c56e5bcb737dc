"""Serving the API on a Unix socket, for one user alone.

Nothing listens on TCP, so no page in a browser can reach the engine.
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

from regnb.content.atomic_files import replace_file
from regnb.content.locks import hold
from regnb.embedded.api.router import Api
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.home import Home
from regnb.errors import EngineError
from regnb.web.http_server import Server
from regnb.web.signals import signals, start, stop

IDLE_SHUTDOWN = 3600.0
# Requests that run have as long to end. Those that stream (attached clients, events, logs) end
# with what they stream, or not at all.
_STOPS_WITHIN = 1.0
LOOK_EVERY = 30.0
# Who asks whether somebody has the home has its lock for a moment.
_ASKING_SECONDS = 0.2


class EngineRuns(EngineError):
    """Another process has the home of the engine."""


def run(home: Home, path: Path, *, hub: str = "", idle: float = IDLE_SHUTDOWN) -> None:
    """Serve the engine of `home` at the socket `path` until a signal, or `idle` seconds of rest.

    A socket that was removed, as programs that clean temporary folders do, is made again. Raises
    EngineRuns when another process has the home, StoreTooNew, and OSError for the socket.
    """
    home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Who reads the process ID may send it a signal at once.
    with signals(signal.SIGHUP) as told, _having(home):
        engine = EmbeddedEngine(home, hub=hub)
        servers = [_serving(engine, path)]
        while not told.wait(min(LOOK_EVERY, idle)) and engine.idle_for() < idle:
            if not path.exists():
                servers.append(_serving(engine, path))
        path.unlink(missing_ok=True)
        engine.close()
        stop(servers, within=_STOPS_WITHIN)


def _serving(engine: EmbeddedEngine, path: Path) -> Server:
    server = server_of(engine, path)
    start(server)
    return server


@contextlib.contextmanager
def _having(home: Home) -> Iterator[None]:
    """Be the process that has `home`, and say which one that is."""
    try:
        lock = hold(home.lock, wait=_ASKING_SECONDS)
    except TimeoutError as error:
        raise EngineRuns("An embedded engine runs already.", subject=str(home.lock)) from error
    try:
        replace_file(home.pid, f"{os.getpid()}\n".encode())
        yield
    finally:
        home.pid.unlink(missing_ok=True)
        lock.release()


def server_of(engine: EmbeddedEngine, path: Path) -> Server:
    """A server of `engine` at the socket `path`, which listens already; raises EngineError."""
    folder = path.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_private(folder)
    path.unlink(missing_ok=True)  # the lock is ours: whoever left it is gone
    server = Server(str(path), Api(engine))
    # Nobody else may connect, not even in the moment before its mode is set.
    before = os.umask(0o177)
    try:
        server.prepare()
    finally:
        os.umask(before)
    path.chmod(0o600)
    return server


def _check_private(folder: Path) -> None:
    """Raise EngineError for a folder in which another user could take the place of the socket.

    The mode of a folder that was there is its owner's choice, as that of /tmp.
    """
    status = folder.stat()
    if status.st_uid != os.getuid():
        raise EngineError(f"`{folder}` belongs to another user.", subject=str(folder))
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not status.st_mode & stat.S_ISVTX:
        raise EngineError(f"Other users may write into `{folder}`.", subject=str(folder))
