"""What a run leaves behind: nothing, and this is how it is known."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

PREFIX = "regnb-realparts-"
_LOCK = "lock"
# Podman has one for all its containers, and no setting for it.
_PODMAN_GROUP = "libpod_parent"
_CGROUPS = Path("/sys/fs/cgroup")


def make_folder() -> tuple[Path, IO[bytes]]:
    """A new folder for one run, and the lock that is held as long as a process has it open."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = (folder / _LOCK).open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return folder, lock


def remove_stale() -> None:
    """Remove the folders of runs that were killed, and whose processes are gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            with (folder / _LOCK).open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove(folder)
        except (FileNotFoundError, BlockingIOError):
            continue


def remove(folder: Path) -> None:
    """Remove the folder of a run that is over, and its control groups."""
    for group in _groups(folder.name):
        _remove_group(group)
    if (folder / "podman").exists():
        for group in _groups(_PODMAN_GROUP):
            # A Podman of the machine's own may be using it.
            with suppress(OSError):
                _remove_group(group)
    shutil.rmtree(folder)


def _remove_group(group: Path) -> None:
    for path in sorted(group.rglob("*"), reverse=True):
        if path.is_dir():
            path.rmdir()
    group.rmdir()


def left_of(name: str) -> list[str]:
    """What is still there of the run with this name: processes, mounts, groups, its folder."""
    return [
        *(f"process {path.parent.name}" for path in _processes(name)),
        *(f"mount {line}" for line in _mounts() if name in line),
        *(str(path) for path in _groups(name)),
        *(str(path) for path in Path(tempfile.gettempdir()).glob(name)),
    ]


def _groups(name: str) -> Iterator[Path]:
    # Version 1 has a hierarchy per controller, version 2 one for all.
    yield from _CGROUPS.glob(f"*/{name}")
    yield from _CGROUPS.glob(name)


def _mounts() -> list[str]:
    return Path("/proc/self/mountinfo").read_text("utf-8").splitlines()


def _processes(name: str) -> Iterator[Path]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes()
        except OSError:
            continue
        if name.encode() in command:
            yield path
