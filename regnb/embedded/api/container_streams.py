"""Containers in the API: logs, waiting and statistics."""

from __future__ import annotations

from collections.abc import Iterator

from werkzeug.wrappers import Response

from regnb.embedded.api.call import Call, answer, rule, stream, without_type
from regnb.embedded.api.filters import moment
from regnb.embedded.containers.logs import STDERR, STDOUT, LogQuery
from regnb.embedded.containers.record import ContainerRecord
from regnb.embedded.containers.stats import STOPPED, statistics
from regnb.embedded.refusal import bad_request

_CONDITIONS = ("not-running", "next-exit", "removed")
# The types of streams, and the version of the API that began to tell them apart.
RAW = "application/vnd.docker.raw-stream"
FRAMED = "application/vnd.docker.multiplexed-stream"
FRAMES_ARE_NAMED = (1, 42)
_STATS_INTERVAL = 1.0


def container_logs(call: Call, name: str) -> Response:
    """https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Container/operation/ContainerLogs."""
    container = call.engine.containers.get(name)
    streams = frozenset(one for one in (STDOUT, STDERR) if call.flag(one))
    if not streams:
        raise bad_request("Bad parameters: you must choose at least one stream")
    since, until = (
        moment(text).timestamp() if text and text != "0" else None
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
        return answer({**STOPPED, "name": f"/{container.name}", "id": container.id})
    values = statistics(container, pid, _STATS_INTERVAL)
    if call.flag("stream", default=True):
        return stream(values)
    if not call.flag("one-shot"):
        next(values, None)  # processors are compared with a second ago
    return answer(next(values, STOPPED))


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


RULES = [
    rule("GET", "/containers/<name>/logs", container_logs),
    rule("POST", "/containers/<name>/wait", wait_for_container),
    rule("GET", "/containers/<name>/stats", container_stats),
]
