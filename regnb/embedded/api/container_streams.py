"""Containers in the API: logs, waiting, statistics, and attaching.

Attaching is what `docker run` without `-d`, `docker attach` and `start -a` do. The client asks for
the connection itself (`Upgrade: tcp`): after the headers it carries the outputs one way and the
keyboard the other.
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

from regnb.embedded.api.call import Call, answer, nothing, rule, stream, without_type
from regnb.embedded.api.timestamps import timestamp
from regnb.embedded.containers.logs import STDERR, STDOUT, LogQuery
from regnb.embedded.containers.process import NO_STATISTICS, statistics
from regnb.embedded.containers.record import ContainerRecord
from regnb.embedded.refusal import Refusal, bad_request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_CONDITIONS = ("not-running", "next-exit", "removed")
# The types of streams, and the version of the API that began to tell them apart.
RAW = "application/vnd.docker.raw-stream"
FRAMED = "application/vnd.docker.multiplexed-stream"
FRAMES_ARE_NAMED = (1, 42)
_STATS_INTERVAL = 1.0
# A terminal turns these keys into signals; so do we, for a registry reads no other.
_KEYS = {b"\x03": signal.SIGINT, b"\x1c": signal.SIGQUIT}
_DETACH = "ctrl-p,ctrl-q"
_CONTROL = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_"


def container_logs(call: Call, name: str) -> Response:
    """https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Container/operation/ContainerLogs."""
    container = call.engine.containers.get(name)
    streams = frozenset(one for one in (STDOUT, STDERR) if call.flag(one))
    if not streams:
        raise bad_request("Bad parameters: you must choose at least one stream")
    since, until = (
        timestamp(text) if text and text != "0" else None
        for text in (call.text("since"), call.text("until"))
    )
    query = LogQuery(streams, _tail(call), since, until, call.flag("follow"))
    frames = _frames(call, container, query, timestamps=call.flag("timestamps"))
    if call.version < FRAMES_ARE_NAMED:
        return without_type(Response(frames))
    return Response(frames, content_type=RAW if container.has_terminal else FRAMED)


def wait_for_container(call: Call, name: str) -> Response:
    """The exit code, when there is one; the headers at once, since `docker run` waits for them."""
    container = call.engine.containers.get(name)
    condition = call.text("condition") or "not-running"
    if condition not in _CONDITIONS:
        raise bad_request(f'invalid condition: "{condition}"')
    codes = call.engine.supervisor.wait(container, condition, call.engine.heartbeat)
    return stream(_exits(container, codes))


def container_stats(call: Call, name: str) -> Response:
    """What the process uses; without `stream` once, after a second to compare."""
    container = call.engine.containers.get(name)
    pid = call.engine.supervisor.pid(container)
    if not pid:
        return answer({**NO_STATISTICS, "name": f"/{container.name}", "id": container.id})
    values = statistics(container, pid, _STATS_INTERVAL)
    if call.flag("stream", default=True):
        return stream(values)
    if not call.flag("one-shot"):
        next(values, None)  # processors are compared with a second ago
    return answer(next(values, NO_STATISTICS))


def empty_frame(streams: frozenset[str]) -> bytes:
    """A frame without content: nothing for a reader, and a write that fails when there is none.

    It is of an output that is among `streams`.
    """
    return bytes([2 if streams == {STDERR} else 1, 0, 0, 0, 0, 0, 0, 0])


def _tail(call: Call) -> int | None:
    text = call.text("tail", "all")
    return int(text) if text.isdecimal() else None


def _frames(
    call: Call, container: ContainerRecord, query: LogQuery, *, timestamps: bool
) -> Iterator[bytes]:
    if query.follow and not container.has_terminal:
        yield empty_frame(query.streams)  # the headers go with it, at once
    for line in call.engine.containers.logs(container).read(query, call.engine.heartbeat):
        if line is not None:
            yield line.sent(timestamps=timestamps, terminal=container.has_terminal)
        elif not container.has_terminal:
            yield empty_frame(query.streams)
        elif call.client_is_gone():
            return


def _exits(container: ContainerRecord, codes: Iterator[int | None]) -> Iterator[object | None]:
    yield None
    for code in codes:
        if code is None:
            yield None
        else:
            error = container.state.error
            told = {"Error": {"Message": error}} if error else {}
            yield {"StatusCode": code, **told}


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
    query = LogQuery(wanted, tail, follow=stream, awaits_writer=stream)
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
    rule("GET", "/containers/<name>/logs", container_logs),
    rule("POST", "/containers/<name>/wait", wait_for_container),
    rule("GET", "/containers/<name>/stats", container_stats),
    rule("POST", "/containers/<name>/attach", attach),
    rule("POST", "/containers/<name>/resize", resize),
]
