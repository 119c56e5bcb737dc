"""Locks between processes and threads, which the system lets go whatever ends their holder."""

from __future__ import annotations

import os
from pathlib import Path

from regnb.errors import FoldersNeedUnix


def hold(path: Path, *, wait: bool) -> int:
    """The descriptor whose closing gives the lock in the file `path` back.

    Without `wait`, raises OSError when another holds it; FoldersNeedUnix on Windows.
    """
    try:
        import fcntl  # noqa: PLC0415
    except ImportError as error:
        raise FoldersNeedUnix("A folder can be locked on Unix alone.") from error
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
