"""Serving the API on a Unix socket, for one user alone.

cheroot serves: it knows Unix sockets, sends each block of a stream when it comes, and reads bodies
as they come. Nothing listens on TCP, so no page in a browser can reach the engine.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from cheroot.server import HTTPConnection, HTTPServer
from cheroot.wsgi import Gateway_10, Server

from regnb.embedded.api.call import CONNECTION
from regnb.embedded.api.router import Api
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.home import Home
from regnb.errors import EngineError
from regnb.server.http_server import THREADS_AT_FIRST, THREADS_AT_MOST, Threads, make_file

IDLE_SHUTDOWN = 3600.0
# Requests that run have as long to end. Those that stream (attached clients, events, logs) end
# with what they stream, or not at all.
_STOPS_WITHIN = 1
# Where the queue of a Unix socket is full, whoever bounds the wait is refused at once (EAGAIN).
_QUEUE = 128
LOOK_EVERY = 30.0
_ENDING = {signal.SIGTERM, signal.SIGINT}
_SIGNALS = 64  # more than there are numbers


class EngineRuns(EngineError):
    """Another process has the home of the engine."""


def run(home: Home, path: Path, *, hub: str = "", idle: float = IDLE_SHUTDOWN) -> None:
    """Serve the engine of `home` at the socket `path` until a signal, or `idle` seconds of rest.

    A socket that was removed, as programs that clean temporary folders do, is made again. Raises
    EngineRuns when another process has the home, StoreTooNew, and OSError for the socket.
    """
    home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Who reads the process ID in the lock may send it a signal at once.
    with _signals() as told, _locked(home.lock):
        engine = EmbeddedEngine(home, hub=hub)
        servers = [_serving(engine, path)]
        while not _told_to_end(told, min(LOOK_EVERY, idle)) and engine.idle_for() < idle:
            if not path.exists():
                servers.append(_serving(engine, path))
        path.unlink(missing_ok=True)
        engine.close()
        _stop(servers)


def _serving(engine: EmbeddedEngine, path: Path) -> Server:
    server = server_of(engine, path)
    threading.Thread(target=server.serve, daemon=True).start()
    return server


def _stop(servers: Iterable[Server]) -> None:
    """Stop them, in no more time than that: cheroot waits for clients that listen for ever."""
    threads = [threading.Thread(target=server.stop, daemon=True) for server in servers]
    end = time.monotonic() + _STOPS_WITHIN
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock at `path`, which the system lets go whatever ends the process."""
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise EngineRuns("An embedded engine runs already.", subject=str(path)) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


@contextlib.contextmanager
def _signals() -> Iterator[socket.socket]:
    """A socket that gives the number of each signal that the process gets.

    https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd: the handler of a signal that
    another thread got would run when the main thread wakes, which may wait for long.
    """
    reading, writing = socket.socketpair()
    with reading, writing:
        writing.setblocking(False)
        signal.set_wakeup_fd(writing.fileno())
        for number in (*_ENDING, signal.SIGHUP):
            signal.signal(number, lambda *_: None)
        try:
            yield reading
        finally:
            signal.set_wakeup_fd(-1)


class Connection(HTTPConnection):
    """Writes at once: cheroot's buffer keeps what a client that is gone will never get."""

    def __init__(self, server: HTTPServer, sock: socket.socket, _make_file: object = None) -> None:
        super().__init__(server, sock, make_file)


def _told_to_end(told: socket.socket, timeout: float) -> bool:
    """Whether a signal says so; after `timeout` seconds, or at another signal, it does not."""
    is_told, _, _ = select.select([told], [], [], timeout)
    return bool(is_told and set(told.recv(_SIGNALS)) & _ENDING)


class Gateway(Gateway_10):
    """Shows the application the connection, which an attached client has for itself alone."""

    def get_environ(self) -> dict[str, object]:  # type: ignore[override]  # the stub says None
        """The environment of a request."""
        environ: dict[str, object] = super().get_environ()  # type: ignore[no-untyped-call]
        self.req.close_connection |= "HTTP_UPGRADE" in environ
        environ[CONNECTION] = self.req.conn.socket
        return environ


def server_of(engine: EmbeddedEngine, path: Path) -> Server:
    """A server of `engine` at the socket `path`, which listens already; raises EngineError."""
    folder = path.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_private(folder)
    path.unlink(missing_ok=True)  # the lock is ours: whoever left it is gone
    server = Server(
        str(path), Api(engine), request_queue_size=_QUEUE, shutdown_timeout=_STOPS_WITHIN
    )
    server.gateway = Gateway
    server.ConnectionClass = Connection
    # Each stream keeps a thread to itself: there have to be more when others ask.
    server.requests = Threads(server, min=THREADS_AT_FIRST, max=THREADS_AT_MOST)
    # Nobody else may connect, not even in the moment before its mode is set.
    before = os.umask(0o177)
    try:
        server.prepare()
    finally:
        os.umask(before)
    path.chmod(0o600)
    return server


def _check_private(folder: Path) -> None:
    """Raise EngineError for a folder that is another user's, as one in /tmp may be."""
    status = folder.stat()
    if status.st_uid != os.getuid():
        raise EngineError(f"`{folder}` belongs to another user.", subject=str(folder))
    folder.chmod(0o700)
