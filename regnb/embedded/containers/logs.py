"""Logs of a container: its two outputs, line by line, with the time of each.

A line of the file is a JSON object as in Docker's json-file driver.
"""

from __future__ import annotations

import json
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from regnb.embedded.containers.record import now

STDOUT, STDERR = "stdout", "stderr"
_STREAMS = {STDOUT: 1, STDERR: 2}


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line, with its end."""

    stream: str
    time: str
    text: str

    def sent(self, *, timestamps: bool = False, terminal: bool = False) -> bytes:
        """The line as the API sends it: 8 bytes of header (stream and length), then the text.

        To a terminal goes the text alone.
        https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Container/operation/ContainerAttach
        """
        content = (f"{self.time} " if timestamps else "").encode() + self.text.encode()
        if terminal:
            return content.replace(b"\n", b"\r\n")
        return struct.pack(">BxxxI", _STREAMS[self.stream], len(content)) + content


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which lines are wanted; `tail` is None for all, times are seconds of the epoch.

    `follow` is for the lines to come, as long as a process writes; with `awaits_writer` it need not
    have begun yet.
    """

    streams: frozenset[str]
    tail: int | None = None
    since: float | None = None
    until: float | None = None
    follow: bool = False
    awaits_writer: bool = False

    @property
    def is_over(self) -> bool:
        """Whether no line that is still to come can be wanted."""
        return self.until is not None and time.time() > self.until

    def wants(self, line: LogLine) -> bool:
        """Whether `line` is one of them."""
        if line.stream not in self.streams:
            return False
        moment = datetime.fromisoformat(line.time).timestamp()
        after = self.since is None or moment >= self.since
        return after and (self.until is None or moment <= self.until)


class Logs:
    """The log file at `path`; one process writes it, from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed = threading.Condition()
        self._open = 0
        self._ended = 0
        # When the last line came, on the monotonic clock; at first when the log was opened.
        self.last_written = time.monotonic()

    def add(self, stream: str, text: str) -> None:
        """Write one line."""
        record = {"log": text, "stream": stream, "time": now()}
        self.last_written = time.monotonic()
        with self._changed:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
            self._changed.notify_all()

    def opened(self) -> None:
        """Tell that a process writes into the log from now on."""
        with self._changed:
            self._open += 1

    def closed(self) -> None:
        """Tell that a process does so no more."""
        with self._changed:
            self._open -= 1
            self._ended += 1
            self._changed.notify_all()

    def read(self, query: LogQuery, heartbeat: float) -> Iterator[LogLine | None]:
        """Lines that are there; with `follow`, those to come too.

        None stands for a pause of `heartbeat` seconds: a chance to notice that nobody listens.
        """
        ended = self._ended if query.awaits_writer else -1
        lines, position = self._lines_from(0)
        wanted = [line for line in lines if query.wants(line)]
        yield from wanted if query.tail is None else wanted[max(0, len(wanted) - query.tail) :]
        while query.follow and not query.is_over:
            with self._changed:
                lines, position = self._lines_from(position)
                if not lines:
                    if not self._open and self._ended > ended:
                        return
                    self._changed.wait(heartbeat)
                    lines, position = self._lines_from(position)
            yield from (line for line in lines if query.wants(line))
            if not lines:
                yield None

    def _lines_from(self, position: int) -> tuple[list[LogLine], int]:
        try:
            with self._path.open("rb") as file:
                file.seek(position)
                content = file.read()
        except FileNotFoundError:
            return [], 0
        # A killed engine may have left half a line.
        whole = content[: content.rfind(b"\n") + 1]
        return [_parse(line) for line in whole.splitlines()], position + len(whole)


def _parse(line: bytes) -> LogLine:
    try:
        value = json.loads(line)
        return LogLine(value["stream"], value["time"], value["log"])
    except (ValueError, KeyError):
        when = datetime.fromtimestamp(0, UTC).isoformat()
        return LogLine(STDERR, when, line.decode("utf-8", "replace") + "\n")
