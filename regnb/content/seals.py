"""Files that are known to be whole.

A blob's file is named by its digest, and hashing it at each request would be slow. So a finished
file is sealed: its time of modification is set to a number that is made from its size. Whatever
cuts the file short, empties it or writes into it changes that time, and breaks the seal; so does a
copy by a tool that does not keep times. A file without seal is hashed once: it gets the seal again
when its content has the digest of its name, and counts as absent when it has not, so that bringing
it again heals it.
"""

from __future__ import annotations

import hashlib
import logging
import os
from pathlib import Path

from regnb.content.atomic_files import sync
from regnb.oci import Digest

logger = logging.getLogger(__name__)

# Seconds fit in every file system's timestamps, the sizes of large files do not.
_SECONDS = 2**31
_NANOSECONDS = 10**9


def seal(path: Path) -> None:
    """Seal the file, and write it to the disk for good; raises OSError."""
    size = path.stat().st_size
    os.utime(path, ns=(_time_of(size), _time_of(size)))
    sync(path)


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
    """Whether the content of the file has `digest`; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, digest.algorithm).hexdigest() == digest.hex


def _seal_again(path: Path, digest: Digest) -> bool:
    try:
        if has_digest(path, digest):
            seal(path)
            return True
    except OSError:
        logger.exception("%s cannot be read", path)
        return False
    logger.error("%s does not have its digest: it counts as absent until it is replaced", path)
    return False


def _time_of(size: int) -> int:
    return size % _SECONDS * _NANOSECONDS
