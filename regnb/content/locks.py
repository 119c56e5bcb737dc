"""Locks between threads and processes, which the system lets go whatever ends their holder."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import BaseFileLock, FileLock

# filelock asks again and again, which threads of one process need not: they queue before.
_POLL_SECONDS = 0.005
_QUEUES: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


def hold(path: Path, *, wait: float = 0.0) -> BaseFileLock:
    """The lock in the file `path`, held until its `release` or the end of this process.

    Raises TimeoutError when another has it for more than `wait` seconds, and OSError.
    """
    lock: BaseFileLock = FileLock(path, mode=0o600, thread_local=False)
    lock.acquire(timeout=wait, poll_interval=_POLL_SECONDS)
    return lock


def is_held(path: Path, *, patience: float = 0.02) -> bool:
    """Whether somebody holds the lock in the file `path`; one who only asks has it for a moment.

    That is forgiven for `patience` seconds.
    """
    if not path.exists():
        return False
    try:
        hold(path, wait=patience).release()
    except TimeoutError:
        return True
    return False


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Have the lock in the file `path` for as long as the context, and wait for it before."""
    with _QUEUES[str(path)]:
        lock = hold(path, wait=-1)
        try:
            yield
        finally:
            lock.release()
