"""Folders that are slow to make, and so kept between runs: whole or not there, and locked."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

_UNUSED_SECONDS = 7 * 24 * 3600.0


@dataclass(frozen=True)
class Keeping:
    """What is kept as `name`, and made anew when the `ingredients` are others."""

    name: str
    ingredients: bytes
    make: Callable[[Path], None]
    # Whether one that was kept can still be used.
    is_whole: Callable[[Path], bool] = Path.is_dir

    @property
    def folder(self) -> Path:
        """Where it is, once it is made."""
        return cache() / f"{self.name}-{sha256(self.ingredients).hexdigest()[:12]}"


def cache() -> Path:
    """The folder of all that is kept."""
    return user_cache() / "regnb-suites"


def user_cache() -> Path:
    """The folder of all caches of this user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


@contextmanager
def kept(keeping: Keeping) -> Iterator[Path]:
    """The folder of `keeping`, made if need be; nobody removes it as long as the block runs."""
    folder = keeping.folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _lock_of(folder).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        if not _usable(keeping):
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Another run may have made it while this one waited.
            if not _usable(keeping):
                _make(keeping)
            fcntl.flock(lock, fcntl.LOCK_SH)
        os.utime(folder)
        yield folder


def _usable(keeping: Keeping) -> bool:
    return keeping.folder.is_dir() and keeping.is_whole(keeping.folder)


def _make(keeping: Keeping) -> None:
    """Make it beside its place, where a run that was killed may have left a part."""
    folder = keeping.folder
    beside = folder.with_name(f"{folder.name}.new")
    for path in (folder, beside):
        if path.exists():
            shutil.rmtree(path)
    _remove_unused()
    beside.mkdir()
    keeping.make(beside)
    beside.rename(folder)


def _remove_unused() -> None:
    """Remove what older recipes made and nobody used for long."""
    for folder in cache().iterdir():
        # Another run may hold it, or have renamed or removed it meanwhile.
        with suppress(BlockingIOError, FileNotFoundError):
            _remove_if_unused(folder)


def _remove_if_unused(folder: Path) -> None:
    if folder.suffix == ".lock" or time.time() - folder.stat().st_mtime < _UNUSED_SECONDS:
        return
    with _lock_of(folder.with_suffix("")).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder)


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")
