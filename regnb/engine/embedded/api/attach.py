"""Attaching to a container: what `docker run` without `-d`, `docker attach` and `start -a` do.

The client asks for the connection itself (`Upgrade: tcp`): after the headers it carries the outputs
one way and the keyboard the other.
https://docs.docker.com/reference/api/engine/version/v1.45/#tag/Container/operation/ContainerAttach
"""

from __future__ import annotations

import contextlib
import select
import signal
import socket
import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response
from werkzeug.wsgi import ClosingIterator

from regnb.engine.embedded.api.call import Call, nothing, rule
from regnb.engine.embedded.api.streams import EMPTY_FRAME
from regnb.engine.embedded.containers.logs import STDERR, STDOUT, LogQuery
from regnb.engine.embedded.containers.model import Container
from regnb.engine.embedded.refusal import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Where the server leaves the connection of a request.
CONNECTION = "regnb.connection"
_RAW = "application/vnd.docker.raw-stream"
_FRAMED = "application/vnd.docker.multiplexed-stream"
# A terminal turns these keys into signals; so do we, for a registry reads no other.
_KEYS = {b"\x03": signal.SIGINT, b"\x1c": signal.SIGQUIT}
_DETACH = b"\x10\x11"  # Ctrl-P Ctrl-Q


class Upgraded(Response):
    """An answer with a body after 101, which Werkzeug leaves out."""

    def get_app_iter(self, environ: WSGIEnvironment) -> Iterable[bytes]:  # noqa: ARG002
        """The body, whatever the status."""
        return ClosingIterator(self.iter_encoded(), self.close)


def attach(call: Call, name: str) -> Response:
    """The outputs of a container as they come, until it ends or the client goes."""
    container = call.engine.containers.get(name)
    wanted = frozenset(one for one in (STDOUT, STDERR) if call.flag(one))
    tail = None if call.flag("logs") else 0
    stream = call.flag("stream")
    query = LogQuery(wanted, tail, follow=stream, patient=stream)
    connection = call.request.environ.get(CONNECTION)
    if call.flag("stdin") and connection is not None and container.has_terminal:
        reading = threading.Thread(target=_obey, args=(call, container, connection), daemon=True)
        reading.start()
    kind = _RAW if container.has_terminal or call.version < (1, 42) else _FRAMED
    response = Upgraded(_outputs(call, container, query, connection), content_type=kind)
    if call.request.headers.get("Upgrade"):
        response.status = "101 UPGRADED"
        response.headers.update({"Connection": "Upgrade", "Upgrade": "tcp"})
    return response


def resize(call: Call, name: str) -> Response:
    """Take notice of the size of the client's terminal: a registry draws nothing."""
    container = call.engine.containers.get(name)
    if not container.state.running:
        raise Refusal(409, f"Container {container.id} is not running")
    return nothing(200)


def _outputs(
    call: Call, container: Container, query: LogQuery, connection: socket.socket | None
) -> Iterator[bytes]:
    terminal = container.has_terminal
    # The headers go with the first bytes, and the client waits for them before it starts anything.
    yield b"\r" if terminal else EMPTY_FRAME
    for line in call.engine.containers.logs(container).read(query, call.engine.heartbeat):
        if line is not None:
            yield line.sent(terminal=terminal)
        elif not terminal:
            yield EMPTY_FRAME
        elif connection is not None and _is_closed(connection):
            return


def _obey(call: Call, container: Container, connection: socket.socket) -> None:
    """Send the container what keys of the client's terminal mean, until it goes or detaches."""
    before = b""
    watch = select.poll()
    watch.register(connection, select.POLLIN)
    with contextlib.suppress(OSError):
        while watch.poll() and (key := connection.recv(1)):
            if before + key == _DETACH:
                connection.shutdown(socket.SHUT_RDWR)
                return
            if key in _KEYS:
                with contextlib.suppress(Refusal):
                    call.engine.running.kill(container, _KEYS[key])
            before = key


def _is_closed(connection: socket.socket) -> bool:
    """Whether the client is gone; that it has nothing more to send does not mean so."""
    watch = select.poll()
    watch.register(connection, select.POLLHUP)
    return bool(watch.poll(0))


RULES = [
    rule("POST", "/containers/<name>/attach", attach),
    rule("POST", "/containers/<name>/resize", resize),
]
