"""Which blobs a push may be about to use, so that the garbage collector leaves them alone.

Between the moment a client pushes a blob, or is told that it is there, and the manifest that uses
it, nothing refers to the blob. For that time it has a lease: an empty file, one for each client
that was told. The manifest takes one lease of each of its blobs with it. A client that never sends
its manifest leaves a lease behind, which the collector heeds until it is an hour old.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from pathlib import Path

from regnb.oci import Digest

SECONDS = 3600.0


def take(directory: Path, digest: Digest) -> None:
    """Protect `digest`."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{digest.hex}.{uuid.uuid4().hex[:12]}").touch()


def give_back(directory: Path, digests: Iterable[Digest]) -> None:
    """End one lease of each of `digests`."""
    files = {name.partition(".")[0]: name for name in _names(directory)}
    for digest in digests:
        if name := files.get(digest.hex):
            (directory / name).unlink(missing_ok=True)


def protected(directory: Path, seconds: float = SECONDS) -> set[str]:
    """Hex parts of the digests with a lease younger than `seconds`; older ones are removed."""
    fresh = set()
    for name in _names(directory):
        path = directory / name
        if time.time() - path.stat().st_mtime < seconds:
            fresh.add(name.partition(".")[0])
        else:
            path.unlink(missing_ok=True)
    return fresh


def _names(directory: Path) -> list[str]:
    try:
        return [path.name for path in directory.iterdir()]
    except FileNotFoundError:
        return []
