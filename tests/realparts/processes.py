"""Processes that are started, waited for, and stopped again by their own process id."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
Process = subprocess.Popen[bytes]

PATIENCE = 20.0
_PAUSE = 0.05
_LOG_TAIL = 3000


class RealPartsError(RuntimeError):
    """A part that could not be started; the text holds the end of its log."""


@dataclass(frozen=True)
class Running:
    """A process and what it wrote so far."""

    process: Process
    log: Path

    def wait_for(self, look: Callable[[], T | None], *, seconds: float = PATIENCE) -> T:
        """The first thing that `look` gives; raises RealPartsError when nothing comes."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            found = look()
            if found is not None:
                return found
            time.sleep(_PAUSE)
        tail = self.log.read_text("utf-8", "replace")[-_LOG_TAIL:]
        raise RealPartsError(f"{self.process.args!r} did not become ready:\n{tail}")


@contextmanager
def running(
    command: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """The process of `command`, stopped at the end of the block; it writes to `log`."""
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
        ) as process,
    ):
        try:
            yield Running(process, log)
        finally:
            stop(process)


def stop(process: Process) -> None:
    """Ask the process to end, and make it end when it does not."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
