"""Files that are replaced in one step, and are on the disk for good when they are."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def replace_file(
    path: Path, content: bytes, *, temporary: Path | None = None, mode: int = 0o666
) -> None:
    """Make `content` that of the file `path`: who reads it meanwhile finds the old or the new one.

    It grows as `temporary`, a new file of the same file system (one beside `path`, unless given),
    of `mode` less the umask. Raises OSError, which names a file, and leaves the old one then.
    """
    growing = temporary or path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with errors_naming(growing):
            descriptor = os.open(growing, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        growing.replace(path)
    finally:
        growing.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Write the file to the disk for good; raises OSError."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def errors_naming(path: Path) -> Iterator[None]:
    """Tell which file an OSError is about: a write that fails does not."""
    try:
        yield
    except OSError as error:
        error.filename = str(path)
        raise
