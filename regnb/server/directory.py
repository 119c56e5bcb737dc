"""A storage in a directory: one OCI image layout per repository.

    DIR/repositories/team+w3/        the repository team/w3 (no name has a plus sign)
        oci-layout, index.json       what other tools look for: `skopeo inspect oci:…/team+w3:1.0`
        blobs/sha256/…               layers, configs and manifests, sealed (see `sealed`)
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
from collections.abc import Iterator
from pathlib import Path

from regnb.errors import InvalidManifest
from regnb.oci import Digest
from regnb.server.file_repository import FileRepository
from regnb.server.file_upload import FileUpload
from regnb.server.instances import Instance
from regnb.server.storage_interface import TagIndex

logger = logging.getLogger(__name__)


class DirectoryStorage:
    """Repositories under `path`, which is made when it does not exist."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._repositories = self.path / "repositories"
        self._repositories.mkdir(parents=True, exist_ok=True)
        self._instance = Instance(self.path / "uploads")
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
        probe = self.new_file()
        probe.touch()
        probe.unlink()

    def new_file(self) -> Path:
        """A path on the same file system that nothing has yet."""
        return self._instance.new_file()

    def holders_of(self, digest: Digest) -> Iterator[Path]:
        """The files of `digest`, whole or not, in all repositories."""
        for repository in self.all():
            path = repository.blob_path(digest)
            if path.exists():
                yield path

    def new_upload(self, repository: FileRepository, algorithm: str) -> FileUpload:
        """A new upload; now and then the abandoned ones are swept."""
        self._instance.sweep_abandoned()
        return FileUpload(self.new_file(), repository, algorithm, self._uploads)

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


def _parsed(path: Path) -> TagIndex:
    try:
        return TagIndex.parse(path.read_bytes())
    except InvalidManifest:
        logger.exception("%s is damaged: its repository counts as empty until the next push", path)
        return TagIndex()
