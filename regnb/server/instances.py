"""The place of a running registry for its unfinished work, and the end of those that are dead.

Each run has a directory of its own and holds a lock in it. A process that was killed holds no lock
any more: the next run that starts sweeps its directory, and leaves those of other live ones.
"""

from __future__ import annotations

import os
import shutil
import time
import uuid
from pathlib import Path

from regnb.server import locks

ABANDONED_SECONDS = 24 * 3600.0
SWEEP_SECONDS = 3600.0


class Instance:
    """The directory of this run under `parent`."""

    def __init__(self, parent: Path) -> None:
        parent.mkdir(parents=True, exist_ok=True)
        self.directory = parent / uuid.uuid4().hex
        self.directory.mkdir()
        self._lock = locks.hold(self.directory / "lock", wait=False)
        for other in parent.iterdir():
            if other != self.directory:
                _sweep_if_dead(other)
        self._swept = time.monotonic()

    def new_file(self) -> Path:
        """A path in the directory that nothing has yet."""
        return self.directory / str(uuid.uuid4())

    def sweep_abandoned(self) -> None:
        """Remove, once an hour, the files that nothing was written to for a day."""
        if time.monotonic() - self._swept < SWEEP_SECONDS:
            return
        self._swept = time.monotonic()
        for path in self.directory.iterdir():
            if path.name != "lock" and time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                path.unlink(missing_ok=True)


def _sweep_if_dead(directory: Path) -> None:
    try:
        descriptor = locks.hold(directory / "lock", wait=False)
    except OSError:
        return
    shutil.rmtree(directory, ignore_errors=True)
    os.close(descriptor)
