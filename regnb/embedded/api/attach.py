"""Attaching to a container: what `docker run` without `-d`, `docker attach` and `start -a` do.

The client asks for the connection itself (`Upgrade: tcp`): after the headers it carries the outputs
one way and the keyboard the other.
https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Container/operation/ContainerAttach
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

from regnb.embedded.api.call import Call, nothing, rule
from regnb.embedded.api.container_streams import FRAMED, FRAMES_ARE_NAMED, RAW, empty_frame
from regnb.embedded.containers.logs import STDERR, STDOUT, LogQuery
from regnb.embedded.containers.record import ContainerRecord
from regnb.embedded.refusal import Refusal, bad_request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# A terminal turns these keys into signals; so do we, for a registry reads no other.
_KEYS = {b"\x03": signal.SIGINT, b"\x1c": signal.SIGQUIT}
_DETACH = "ctrl-p,ctrl-q"
_CONTROL = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_"


class Upgraded(Response):
    """An answer with a body after 101, which Werkzeug leaves out."""

    def get_app_iter(self, environ: WSGIEnvironment) -> Iterable[bytes]:  # noqa: ARG002
        """The body, whatever the status."""
        return ClosingIterator(self.iter_encoded(), self.close)


def attach(call: Call, name: str) -> Response:
    """The outputs of a container as they come, until it ends or the client goes."""
    try:
        container = call.engine.containers.get(name)
        detach = _keys(call.text("detachKeys") or _DETACH)
    except Refusal as refusal:
        # Docker has given up HTTP by then, and answers with a line of text.
        return Response(f"{refusal.message}\n", refusal.status, content_type=RAW)
    wanted = frozenset(one for one in (STDOUT, STDERR) if call.flag(one))
    tail = None if call.flag("logs") else 0
    stream = call.flag("stream")
    query = LogQuery(wanted, tail, follow=stream, patient=stream)
    upgraded = bool(call.request.headers.get("Upgrade"))
    if call.flag("stdin") and upgraded and call.connection:
        arguments = (call, container, call.connection, detach)
        threading.Thread(target=_obey, args=arguments, daemon=True).start()
    kind = RAW if container.has_terminal or call.version < FRAMES_ARE_NAMED else FRAMED
    response = Upgraded(_outputs(call, container, query), content_type=kind)
    if upgraded:
        response.status = "101 UPGRADED"
        response.headers.update({"Connection": "Upgrade", "Upgrade": "tcp"})
    return response


def resize(call: Call, name: str) -> Response:
    """Take notice of the size of the client's terminal: a registry draws nothing."""
    container = call.engine.containers.get(name)
    if not container.state.running:
        raise Refusal(409, f"Container {container.id} is not running")
    return nothing(200)


def _outputs(call: Call, container: ContainerRecord, query: LogQuery) -> Iterator[bytes]:
    terminal = container.has_terminal
    # The headers go with the first bytes, and the client waits for them before it starts anything;
    # one that wants one output alone has nowhere to put frames of the other, and crashes.
    nothing_said = b"\r" if terminal else empty_frame(query.streams)
    yield nothing_said
    for line in call.engine.containers.logs(container).read(query, call.engine.heartbeat):
        if line is not None:
            yield line.sent(terminal=terminal)
        elif not terminal:
            yield nothing_said
        elif call.client_is_gone():
            return


def _obey(call: Call, container: ContainerRecord, connection: socket.socket, detach: bytes) -> None:
    """Send the container what keys of the client's terminal mean, until it goes or detaches.

    What else is typed is read and dropped: what nobody reads resets the connection at its end.
    """
    last = b""
    watch = select.poll()
    watch.register(connection, select.POLLIN)
    with contextlib.suppress(OSError):
        while watch.poll() and (key := connection.recv(1)):
            if not container.has_terminal:
                continue
            last = (last + key)[-len(detach) :]
            if last == detach:
                connection.shutdown(socket.SHUT_RDWR)
                return
            if key in _KEYS:
                with contextlib.suppress(Refusal):
                    call.engine.supervisor.kill(container, _KEYS[key])


def _keys(text: str) -> bytes:
    """The bytes of keys as `ctrl-p,ctrl-q` names them; raises Refusal (400)."""
    found = bytearray()
    for name in text.split(","):
        letter = name.removeprefix("ctrl-").upper()
        if len(name) == 1:
            found += name.encode()
        elif len(letter) == 1 and name.startswith("ctrl-") and letter in _CONTROL:
            found.append(_CONTROL.index(letter))
        else:
            raise bad_request(f"Invalid detach keys ({text}) provided")
    return bytes(found)


RULES = [
    rule("POST", "/containers/<name>/attach", attach),
    rule("POST", "/containers/<name>/resize", resize),
]
