"""Running until a signal says otherwise, and ending in a known time."""

from __future__ import annotations

import select
import signal
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from regnb.web.http_server import Server

_ENDING = frozenset({signal.SIGTERM, signal.SIGINT})
_AT_ONCE = 64  # more than there are numbers


class Signals:
    """The signals that the process gets; `wait` is for them."""

    def __init__(self, numbers: socket.socket) -> None:
        self._numbers = numbers

    def wait(self, seconds: float | None = None) -> bool:
        """Whether a signal says to end; after `seconds`, or at another signal, it does not."""
        is_told, _, _ = select.select([self._numbers], [], [], seconds)
        return bool(is_told and _ENDING.intersection(self._numbers.recv(_AT_ONCE)))


@contextmanager
def signals(*others: int) -> Iterator[Signals]:
    """SIGTERM, SIGINT and `others`, which end nothing by themselves as long as the context.

    A socket has the number of each: the handler of a signal that another thread got would run when
    the main thread wakes, which may wait for long.
    https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd
    """
    reading, writing = socket.socketpair()
    with reading, writing:
        writing.setblocking(False)
        signal.set_wakeup_fd(writing.fileno())
        for number in (*_ENDING, *others):
            signal.signal(number, lambda *_: None)
        try:
            yield Signals(reading)
        finally:
            signal.set_wakeup_fd(-1)


def start(server: Server) -> None:
    """Serve in a thread that does not keep the process alive."""
    threading.Thread(target=server.serve, daemon=True).start()


def stop(servers: Iterable[Server], *, within: float) -> None:
    """Stop them, in no more than `within` seconds: some clients listen for ever."""
    threads = [threading.Thread(target=server.stop, daemon=True) for server in servers]
    end = time.monotonic() + within
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
