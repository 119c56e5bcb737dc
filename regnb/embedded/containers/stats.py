"""What the process of a container uses, from /proc; nothing is told that is not known.

https://man7.org/linux/man-pages/man5/proc.5.html
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from regnb.embedded.containers.record import NEVER, ContainerRecord
from regnb.embedded.refusal import not_here

_NANOSECONDS = 10**9
STOPPED: dict[str, object] = {
    "read": NEVER,
    "preread": NEVER,
    "pids_stats": {},
    "cpu_stats": {"cpu_usage": {"total_usage": 0}},
    "precpu_stats": {"cpu_usage": {"total_usage": 0}},
    "memory_stats": {},
}


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
