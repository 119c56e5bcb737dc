"""A storage in a directory: one OCI image layout per repository.

    DIR/repositories/team+w3/        the repository team/w3 (no name has a plus sign)
        oci-layout, index.json       what other tools look for: `skopeo inspect oci:…/team+w3:1.0`
        blobs/sha256/…               layers, configs and manifests, sealed (see `regnb.content`)
        leases/, aside/              blobs that a push may be about to use (see `leases`)
        lock                         held while the index changes, also by the garbage collector
    DIR/uploads/RUN/                 unfinished uploads of one running registry

A layout per repository makes the rights simple (a blob is in a repository when its file is) and
lets other tools open it. Its price, layers kept once for each repository that has them, is not
paid: the same content is one file with several names (hard links).
"""

from __future__ import annotations

import logging
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from regnb.content import locks
from regnb.errors import InvalidManifest
from regnb.oci import Digest
from regnb.server.file_repository import FileRepository, FileUpload
from regnb.server.storage_interface import TagIndex

logger = logging.getLogger(__name__)

ABANDONED_SECONDS = 24 * 3600.0
SWEEP_SECONDS = 3600.0


class UnfinishedWork:
    """The folder under `parent` for what this run has not finished.

    It holds a lock there. A process that was killed holds none any more: the next run that starts
    sweeps its folder, and leaves those of other live ones.
    """

    def __init__(self, parent: Path) -> None:
        self.folder = parent / uuid.uuid4().hex
        self.folder.mkdir(parents=True)
        self._lock = locks.hold(self.folder / "lock")
        for other in parent.iterdir():
            if other != self.folder:
                _sweep_if_dead(other)
        self._swept = time.monotonic()

    def sweep_abandoned(self) -> None:
        """Remove, once an hour, the files that nothing was written to for a day."""
        if time.monotonic() - self._swept < SWEEP_SECONDS:
            return
        self._swept = time.monotonic()
        for path in self.folder.iterdir():
            if path.name != "lock" and time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                path.unlink(missing_ok=True)


class DirectoryStorage:
    """Repositories under `path`, which is made when it does not exist."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._repositories = self.path / "repositories"
        self._repositories.mkdir(parents=True, exist_ok=True)
        self._unfinished = UnfinishedWork(self.path / "uploads")
        self._uploads: dict[str, FileUpload] = {}
        self._indexes: dict[str, tuple[tuple[int, ...], TagIndex]] = {}

    def repositories(self) -> list[str]:
        """Sorted names of the repositories that hold a manifest."""
        return sorted(item.name for item in self.all() if item.tag_index().manifests)

    def all(self) -> Iterator[FileRepository]:
        """Every repository, also those that hold no manifest any more."""
        for path in self._repositories.iterdir():
            yield self.repository(path.name.replace("+", "/"))

    def repository(self, name: str) -> FileRepository:
        """A repository, whether it exists or not."""
        return FileRepository(self, name, self._repositories / name.replace("/", "+"))

    def check(self) -> None:
        """Raise OSError when it cannot be read and written."""
        probe = self.unfinished / uuid.uuid4().hex
        probe.touch()
        probe.unlink()

    @property
    def unfinished(self) -> Path:
        """The folder, on the same file system, of what this run has not finished."""
        return self._unfinished.folder

    def holders_of(self, digest: Digest) -> Iterator[Path]:
        """The files of `digest`, whole or not, in all repositories."""
        for repository in self.all():
            path = repository.blobs.path(digest)
            if path.exists():
                yield path

    def new_upload(self, repository: FileRepository, algorithm: str) -> FileUpload:
        """A new upload; now and then the abandoned ones are swept."""
        self._unfinished.sweep_abandoned()
        return FileUpload(repository, algorithm, self._uploads)

    def find_upload(self, upload_id: str) -> FileUpload | None:
        """An open upload of any repository."""
        upload = self._uploads.get(upload_id)
        if upload and not upload.path.exists():
            upload.cancel()
            return None
        return upload

    def cached_index(self, path: str) -> TagIndex:
        """The index in the file `path`, parsed again when the file has changed."""
        try:
            status = os.stat(path)  # noqa: PTH116 - at each request: a Path is slow
        except FileNotFoundError:
            return TagIndex()
        stamp = (status.st_ino, status.st_ctime_ns, status.st_size)
        known = self._indexes.get(path)
        if known is None or known[0] != stamp:
            known = self._indexes[path] = (stamp, _parsed(Path(path)))
        return known[1]


def _sweep_if_dead(folder: Path) -> None:
    with suppress(OSError):
        lock = locks.hold(folder / "lock")
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()


def _parsed(path: Path) -> TagIndex:
    try:
        return TagIndex.parse(path.read_bytes())
    except InvalidManifest:
        logger.exception("%s is damaged: its repository counts as empty until the next push", path)
        return TagIndex()
