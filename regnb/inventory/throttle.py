"""How fast a registry is asked: what it says of that is obeyed by all threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from regnb.errors import RegistryError, RegistryUnreachable, TooManyRequests

_MAX_TRIES = 6
# Seconds: who says longer means another day, and the next run goes on where this one ended.
_MAX_WAIT = 120.0
# So many requests in a row without an answer: there is nobody.
_MAX_UNREACHABLE = 32
T = TypeVar("T")


class Stopped(Exception):
    """The walk was stopped: nothing more is asked."""


class Throttle:
    """Lets requests through one by one, or holds them back; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._open_at = 0.0
        self._unreachable = 0
        self._given_up: RegistryError | None = None

    def stop(self) -> None:
        """Let nothing more through, and wake who waits."""
        self._stop.set()

    def call(self, action: Callable[[], T]) -> T:
        """What `action` gives, in its time; raises Stopped, and what `action` raises in the end."""
        for attempt in range(_MAX_TRIES):
            self._wait()
            try:
                result = action()
            except TooManyRequests as error:
                self._slow_down(error, attempt)
            except RegistryUnreachable as error:
                self._count(error)
                raise
            else:
                self._unreachable = 0
                return result
        raise AssertionError("The last attempt raises.")

    def _wait(self) -> None:
        while not self._stop.is_set():
            if self._given_up:
                raise self._given_up
            delay = self._open_at - time.monotonic()
            if delay <= 0:
                return
            self._stop.wait(delay)
        raise Stopped

    def _slow_down(self, error: TooManyRequests, attempt: int) -> None:
        delay = float(2**attempt) if error.retry_after is None else error.retry_after
        if delay > _MAX_WAIT or attempt == _MAX_TRIES - 1:
            self._given_up = error
            raise error
        with self._lock:
            self._open_at = max(self._open_at, time.monotonic() + delay)

    def _count(self, error: RegistryUnreachable) -> None:
        with self._lock:
            self._unreachable += 1
            if self._unreachable >= _MAX_UNREACHABLE:
                self._given_up = error
