"""A running container: its process, whose outputs go into the log."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from typing import IO

from regnb.embedded.containers.child import STOPPED
from regnb.embedded.containers.logs import STDERR, STDOUT, Logs
from regnb.embedded.containers.registry_command import Preparation

_KILLED = 128
_WAIT_STEP = 0.01
_DIES_WITHIN = 10.0
# What listens on all addresses is reached at the loopback one.
_SOME_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


class Process:
    """A process that was started; `on_exit` gets its exit code, in a thread of its own.

    It inherits `sockets`, unless it is a program that binds its own.
    """

    def __init__(
        self,
        preparation: Preparation,
        logs: Logs,
        on_exit: Callable[[int], None],
        sockets: Sequence[socket.socket] = (),
    ) -> None:
        inherited = [one.fileno() for one in sockets if not preparation.binary]
        if preparation.binary:
            for one in sockets:
                one.close()
        self._child = subprocess.Popen(
            preparation.arguments(inherited),
            pass_fds=inherited,
            env=preparation.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A Ctrl-C in the terminal of the engine is for the engine: it ends its containers.
            start_new_session=True,
        )
        self._logs = logs
        self._on_exit = on_exit
        self._ended = threading.Event()
        logs.opened()
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process ID."""
        return self._child.pid

    def signal(self, number: int) -> None:
        """Send it a signal; nothing happens when it has ended.

        One that cannot be handled goes to the processes it minds, too: they would be left alone.
        """
        if number == signal.SIGKILL and self._child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, number)
        else:
            self._child.send_signal(number)

    def end(self, patience: float) -> None:
        """End it, by force after `patience` seconds."""
        self.signal(signal.SIGTERM)
        if not self.wait(min(patience, threading.TIMEOUT_MAX)):
            self.signal(signal.SIGKILL)
            self.wait(_DIES_WITHIN)

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it ended, all its output being in the log, within `timeout` seconds."""
        return self._ended.wait(timeout)

    def wait_until_it_listens(self, address: tuple[str, int], timeout: float) -> None:
        """Return when something accepts connections at `address`, or the process ends first."""
        host = _SOME_ADDRESS.get(address[0], address[0])
        end = time.monotonic() + timeout
        while time.monotonic() < end and self._child.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection((host, address[1]), 1):
                return
            time.sleep(_WAIT_STEP)

    def _watch(self) -> None:
        readers = [
            threading.Thread(target=self._read, args=(stream, file), daemon=True)
            for stream, file in ((STDOUT, self._child.stdout), (STDERR, self._child.stderr))
        ]
        for reader in readers:
            reader.start()
        code = self._child.wait()
        for reader in readers:
            reader.join()
        if self._child.stdin:
            self._child.stdin.close()
        self._logs.closed()
        self._on_exit(_exit_code(code))
        self._ended.set()

    def _read(self, stream: str, file: IO[bytes]) -> None:
        with file:
            for line in file:
                self._logs.add(stream, line.decode("utf-8", "replace"))


def _exit_code(code: int) -> int:
    """As a container's; one that a signal met before it could handle it ends as it would have."""
    if code in {-signal.SIGTERM, -signal.SIGINT}:
        return STOPPED
    return code if code >= 0 else _KILLED - code
