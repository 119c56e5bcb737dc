"""An engine of its own for tests that break it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from regnb.engine import Engine

_READY = 'echo "$DOCKER_HOST;$REGNB_MIRROR;$REGNB_ENGINE_PID;$REGNB_MIRROR_PIDS"'
_KILL = 'while read -r signal pids; do kill -"$signal" $pids; echo done; done'


@dataclass(frozen=True)
class ThrowAway:
    """An engine in namespaces of its own: only its socket is reached from here."""

    engine: Engine
    hub: str
    _engine_pid: str
    _hub_pids: str
    _orders: IO[str]
    _answers: IO[str]

    def kill_engine(self, signal: str = "KILL") -> None:
        """Send a signal to dockerd."""
        self._order(f"{signal} {self._engine_pid}")

    def kill_hub(self) -> None:
        """End the stand-in for Docker Hub."""
        self._order(f"KILL {self._hub_pids}")

    def _order(self, line: str) -> None:
        self._orders.write(f"{line}\n")
        self._orders.flush()
        assert self._answers.readline() == "done\n"


@contextmanager
def throw_away(hub: str) -> Iterator[ThrowAway]:
    """A new engine with a `hub` (`empty` or `limited`), stopped and removed afterwards."""
    command = [sys.executable, "-m", "tests.realparts", "--hub", hub, "--"]
    with subprocess.Popen(
        [*command, "sh", "-c", f"{_READY}; {_KILL}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={key: value for key, value in os.environ.items() if key != "DOCKER_HOST"},
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            endpoint, address, *pids = process.stdout.readline().strip().split(";")
            with Engine.connect(endpoint, found_by="choice") as engine:
                yield ThrowAway(engine, address, pids[0], pids[1], process.stdin, process.stdout)
        finally:
            process.stdin.close()
            process.wait()
    assert process.returncode == 0
