"""A blob on its way in, as a file that moves to its place when it is whole."""

from __future__ import annotations

from collections.abc import Iterable
from io import FileIO
from pathlib import Path
from threading import Lock
from typing import Protocol

from regnb.errors import DigestMismatch
from regnb.oci import Digest, Hasher
from regnb.server.sealed import full_or, has_digest, seal
from regnb.server.storage_interface import UploadBusy


class Home(Protocol):
    """The repository of an upload."""

    name: str

    def place(self, path: Path, digest: Digest) -> None:
        """Take in a whole, sealed file."""


class FileUpload:
    """Received bytes in the file `path`, hashed as they come; known in `open_uploads` by its id."""

    def __init__(
        self, path: Path, repository: Home, algorithm: str, open_uploads: dict[str, FileUpload]
    ) -> None:
        self.id = path.name
        self.path = path
        self.repository = repository
        self._hasher = Hasher(algorithm)
        self._lock = Lock()
        self._open_uploads = open_uploads
        path.touch()
        open_uploads[self.id] = self

    @property
    def size(self) -> int:
        """Bytes received so far."""
        return self._hasher.size

    def append(self, blocks: Iterable[bytes]) -> None:
        """Keep what `blocks` gives; raises StorageFull, and then keeps none of it."""
        if not self._lock.acquire(blocking=False):
            raise UploadBusy("Another request is writing this upload.")
        try:
            self._write(blocks)
        finally:
            self._lock.release()

    def finish(self, digest: Digest) -> None:
        """Make it the blob `digest`; raises DigestMismatch or StorageFull, and forgets it."""
        try:
            self._verify(digest)
            seal(self.path)
            self.repository.place(self.path, digest)
        except OSError as error:
            raise full_or(error) from error
        finally:
            self.cancel()

    def cancel(self) -> None:
        """Forget it."""
        self._open_uploads.pop(self.id, None)
        self.path.unlink(missing_ok=True)

    def _write(self, blocks: Iterable[bytes]) -> None:
        before = self._hasher.copy()
        with self.path.open("r+b", buffering=0) as file:
            file.seek(before.size)
            for block in blocks:
                try:
                    _write_whole(file, block)
                except OSError as error:
                    self._hasher = before
                    file.truncate(before.size)
                    raise full_or(error) from error
                self._hasher.update(block)

    def _verify(self, digest: Digest) -> None:
        if digest.algorithm == self._hasher.algorithm:
            self._hasher.verify(digest)
        elif not has_digest(self.path, digest):
            raise DigestMismatch(digest, self._hasher.digest)


def _write_whole(file: FileIO, block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[file.write(view) :]
