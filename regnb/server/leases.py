"""Which blobs a push may be about to use, so that the garbage collector cannot break it.

Between the moment a client pushes a blob, or is told that it is there, and the manifest that uses
it, nothing refers to the blob. What was pushed or mounted has a lease for that time, an empty file
that the manifest gives back; the collector leaves such blobs alone. What a client only asked for
(HEAD) is marked as seen; the collector puts such blobs aside, out of sight, and a manifest that
needs one takes it back. A client that never sends its manifest leaves its lease or mark behind,
which counts until it is an hour old.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from regnb.oci import Digest

SECONDS = 3600.0
_SEEN = "seen"


@dataclass(frozen=True)
class Claims:
    """Hex parts of the digests with a lease, and of those that were seen."""

    leased: frozenset[str]
    seen: frozenset[str]


def take(directory: Path, digest: Digest) -> None:
    """Give `digest` a lease."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{digest.hex}.{uuid.uuid4().hex}").touch()


def mark_seen(directory: Path, digest: Digest) -> None:
    """Remember that a client was told of `digest`."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{digest.hex}.{_SEEN}").touch()


def give_back(directory: Path, digests: Iterable[Digest]) -> None:
    """End one lease of each of `digests`."""
    files = {path.stem: path for path in _files(directory) if path.suffix != f".{_SEEN}"}
    for digest in digests:
        if path := files.get(digest.hex):
            path.unlink(missing_ok=True)


def claims(directory: Path, seconds: float = SECONDS) -> Claims:
    """What is claimed for less than `seconds`; older claims are removed."""
    fresh: dict[bool, set[str]] = {True: set(), False: set()}
    for path in _files(directory):
        if time.time() - path.stat().st_mtime < seconds:
            fresh[path.suffix == f".{_SEEN}"].add(path.stem)
        else:
            path.unlink(missing_ok=True)
    return Claims(leased=frozenset(fresh[False]), seen=frozenset(fresh[True]))


def _files(directory: Path) -> list[Path]:
    try:
        return list(directory.iterdir())
    except FileNotFoundError:
        return []
