"""Files that are known to be whole.

A file is named by its digest, and hashing it at each request would be slow. So a finished file is
sealed: its time of modification is set to a number that is made from its size. Whatever cuts the
file short, empties it or writes into it changes that time, and breaks the seal; so does a copy by
a tool that does not keep times. A file without seal is hashed once: it gets the seal again when
its content has the digest of its name, and counts as absent when it has not, so that pushing it
again heals it.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
from pathlib import Path

from regnb.oci import Digest
from regnb.server.storage_interface import StorageFull

logger = logging.getLogger(__name__)

# Seconds fit in every file system's timestamps, the sizes of large files do not.
_SECONDS = 2**31
_NANOSECONDS = 10**9
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def seal(path: Path) -> None:
    """Seal the file, and write it to the disk for good."""
    size = path.stat().st_size
    os.utime(path, ns=(_time_of(size), _time_of(size)))
    sync(path)


def sync(path: Path) -> None:
    """Write the file to the disk for good."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def whole_size(path: str | Path, digest: Digest) -> int | None:
    """Size in bytes of the file that holds the content of `digest`, None when it does not."""
    try:
        status = os.stat(path)  # noqa: PTH116 - at each request: a Path is slow
    except (FileNotFoundError, NotADirectoryError):
        return None
    if status.st_mtime_ns == _time_of(status.st_size):
        return status.st_size
    return status.st_size if _seal_again(Path(path), digest) else None


def has_digest(path: Path, digest: Digest) -> bool:
    """Whether the content of the file has `digest`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, digest.algorithm).hexdigest() == digest.hex


def full_or(error: OSError) -> Exception:
    """StorageFull when `error` says that there is no room, else `error`."""
    if error.errno in FULL:
        return StorageFull("The storage has no room left.")
    return error


def _seal_again(path: Path, digest: Digest) -> bool:
    try:
        if has_digest(path, digest):
            seal(path)
            return True
    except OSError:
        logger.exception("%s cannot be read", path)
        return False
    logger.error("%s does not have its digest: not served; push it again", path)
    return False


def _time_of(size: int) -> int:
    return size % _SECONDS * _NANOSECONDS
