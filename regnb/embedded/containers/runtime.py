"""What runs containers: a small protocol, which processes fulfil today.

The engine knows nothing else of how a container runs: another runtime, such as threads where a
system has no processes, is handed to `EmbeddedEngine` and needs no change elsewhere.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from regnb.embedded.containers.logs import Logs


@dataclass(frozen=True, slots=True)
class Launch:
    """What to run: the `words` of Distribution's program, `serve` and the like, and variables.

    `sockets` listen already, for the registry first and for its metrics next if it has any. They
    are closed when the start is over: what a runtime keeps it inherits or duplicates.
    """

    words: Sequence[str]
    environment: dict[str, str]
    sockets: Sequence[socket.socket] = ()


class Task(Protocol):
    """A container that runs."""

    @property
    def pid(self) -> int:
        """Its process ID; 0 when it is no process."""

    def signal(self, number: int) -> None:
        """Send it a signal; nothing happens when it has ended."""

    def end(self, timeout: float) -> None:
        """End it, by force after `timeout` seconds."""

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it ended, all its output being in the log, within `timeout` seconds."""

    def wait_until_it_serves(self, timeout: float) -> None:
        """Return when it takes connections or has ended, or after `timeout` seconds."""


class Runtime(Protocol):
    """Starts containers."""

    def start(self, launch: Launch, logs: Logs, on_exit: Callable[[int], None]) -> Task:
        """A task that runs `launch` and writes into `logs`.

        `on_exit` is called with its exit code, in another thread, when it has ended. Raises OSError
        when it cannot be started.
        """
