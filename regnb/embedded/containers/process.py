"""Containers that run as processes, whose outputs go into the log, and what those use."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from regnb.embedded.containers import STOPPED
from regnb.embedded.containers.logs import STDERR, STDOUT, Logs
from regnb.embedded.containers.record import NEVER, ContainerRecord
from regnb.embedded.containers.runtime import Launch
from regnb.embedded.refusal import not_here

_KILLED = 128
_WAIT_STEP = 0.01
_DIES_WITHIN = 10.0
# What listens on all addresses is reached at the loopback one.
_SOME_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
_NANOSECONDS = 10**9
NO_STATISTICS: dict[str, object] = {
    "read": NEVER,
    "preread": NEVER,
    "pids_stats": {},
    "cpu_stats": {"cpu_usage": {"total_usage": 0}},
    "precpu_stats": {"cpu_usage": {"total_usage": 0}},
    "memory_stats": {},
}


class ProcessRuntime:
    """Runs containers as processes: `binary()` is a program of Distribution's, empty for ours."""

    def __init__(self, binary: Callable[[], str]) -> None:
        self._binary = binary

    def start(self, launch: Launch, logs: Logs, on_exit: Callable[[int], None]) -> Process:
        """A process that runs `launch`; raises OSError."""
        return Process(launch, self._binary(), logs, on_exit)


class Process:
    """A process that was started; `on_exit` gets its exit code, in a thread of its own.

    It inherits the sockets, unless it is a `binary`, which binds its own.
    """

    def __init__(
        self, launch: Launch, binary: str, logs: Logs, on_exit: Callable[[int], None]
    ) -> None:
        inherited = [one.fileno() for one in launch.sockets if not binary]
        self._to_come = launch.sockets[0].getsockname() if binary and _serves(launch) else None
        if binary:
            for one in launch.sockets:
                one.close()
        child = [sys.executable, "-m", "regnb.embedded.containers.child"]
        self._child = subprocess.Popen(
            [*child, binary, ",".join(map(str, inherited)), *launch.words],
            pass_fds=inherited,
            env=launch.environment,
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

    def end(self, timeout: float) -> None:
        """End it, by force after `timeout` seconds."""
        self.signal(signal.SIGTERM)
        if not self.wait(min(timeout, threading.TIMEOUT_MAX)):
            self.signal(signal.SIGKILL)
            self.wait(_DIES_WITHIN)

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it ended, all its output being in the log, within `timeout` seconds."""
        return self._ended.wait(timeout)

    def wait_until_it_serves(self, timeout: float) -> None:
        """Return when it takes connections, as our own does at once, or when it has ended."""
        if self._to_come is None:
            return
        address = (_SOME_ADDRESS.get(self._to_come[0], self._to_come[0]), self._to_come[1])
        end = time.monotonic() + timeout
        while time.monotonic() < end and self._child.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(address, 1):
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


def _serves(launch: Launch) -> bool:
    return bool(launch.sockets) and launch.words[0] == "serve"


def _exit_code(code: int) -> int:
    """As a container's; one that a signal met before it could handle it ends as it would have."""
    if code in {-signal.SIGTERM, -signal.SIGINT}:
        return STOPPED
    return code if code >= 0 else _KILLED - code


def statistics(
    container: ContainerRecord, pid: int, interval: float
) -> Iterator[dict[str, object]]:
    """Values now, and every `interval` seconds until the process ends.

    Raises Refusal (501) on systems without /proc.
    """
    if not Path("/proc/self/stat").exists():
        raise not_here("measuring a container on this system", "use the system's own tools.")
    return _values(container, pid, interval)


def _values(container: ContainerRecord, pid: int, interval: float) -> Iterator[dict[str, object]]:
    before: dict[str, object] = {"cpu_usage": {"total_usage": 0}}
    before_read = NEVER
    while True:
        try:
            folders = _family(pid)
            processor = _processor(folders)
            memory, threads = sum(map(_memory, folders)), sum(map(_threads, folders))
        except (FileNotFoundError, ProcessLookupError):
            return
        read = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        yield {
            "read": read,
            "preread": before_read,
            "pids_stats": {"current": threads},
            "num_procs": 0,
            "storage_stats": {},
            "cpu_stats": processor,
            "precpu_stats": before,
            "memory_stats": {"usage": memory, "stats": {}, "limit": _memory_of_machine()},
            "name": f"/{container.name}",
            "id": container.id,
        }
        before, before_read = processor, read
        time.sleep(interval)


def _processor(folders: list[Path]) -> dict[str, object]:
    tick = _NANOSECONDS // os.sysconf("SC_CLK_TCK")
    # The fields after the name of the program, which may hold spaces and ends with a bracket.
    texts = [(folder / "stat").read_text("ascii", "replace") for folder in folders]
    fields = [text.rpartition(")")[2].split() for text in texts]
    user = sum(int(one[11]) for one in fields) * tick
    kernel = sum(int(one[12]) for one in fields) * tick
    return {
        "cpu_usage": {
            "total_usage": user + kernel,
            "usage_in_kernelmode": kernel,
            "usage_in_usermode": user,
        },
        "system_cpu_usage": _processor_of_machine() * tick,
        "online_cpus": os.cpu_count() or 1,
        "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0},
    }


def _processor_of_machine() -> int:
    with Path("/proc/stat").open(encoding="ascii") as file:
        return sum(int(field) for field in file.readline().split()[1:8])


def _memory(folder: Path) -> int:
    pages = int((folder / "statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _threads(folder: Path) -> int:
    return sum(1 for _ in (folder / "task").iterdir())


def _family(pid: int) -> list[Path]:
    """The folders of a process and of those it started."""
    folder = Path(f"/proc/{pid}")
    children = (folder / "task" / str(pid) / "children").read_text("ascii").split()
    return [folder, *(found for child in children for found in _family(int(child)))]


def _memory_of_machine() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
