"""One repository as an OCI image layout in a directory, and the blobs on their way into it.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Protocol

from regnb.content.atomic_files import replace_file
from regnb.content.blobs import BlobFolder
from regnb.content.locks import locked
from regnb.content.seals import whole_size
from regnb.oci import Descriptor, Digest, layout
from regnb.server import leases
from regnb.server.storage_interface import (
    BlobsMissing,
    NewManifest,
    StorageFull,
    TagIndex,
    UploadBusy,
)

LINK_ATTEMPTS = 20
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class SharedStorage(Protocol):
    """What a repository needs of the storage that it is in."""

    @property
    def unfinished(self) -> Path:
        """The folder, on the same file system, of what is not finished."""

    def holders_of(self, digest: Digest) -> Iterator[Path]:
        """The files of `digest`, whole or not, in all repositories."""

    def repository(self, name: str) -> FileRepository:
        """Another repository."""

    def new_upload(self, repository: FileRepository, algorithm: str) -> FileUpload:
        """A new upload."""

    def find_upload(self, upload_id: str) -> FileUpload | None:
        """An open upload of any repository."""

    def cached_index(self, path: str) -> TagIndex:
        """The index in the file `path`."""


class FileRepository:
    """Blobs, manifests and uploads of one repository."""

    def __init__(self, storage: SharedStorage, name: str, path: Path) -> None:
        self.name = name
        self.path = path
        self._storage = storage
        self.blobs = BlobFolder(path, storage.unfinished)
        self._index_path = f"{path}/{layout.INDEX_FILE}"
        self.leases = path / "leases"

    def exists(self) -> bool:
        """Whether anything was ever put in it."""
        return os.path.isdir(self.path)  # noqa: PTH112 - at each request: a Path is slow

    def tag_index(self) -> TagIndex:
        """Its manifests and tags at this moment."""
        return self._storage.cached_index(self._index_path)

    def blob_size(self, digest: Digest, *, for_push: bool = False) -> int | None:
        """Bytes of a blob, None without a whole one; `for_push` when a client may rely on it."""
        size = self.blobs.whole_size(digest)
        if size is not None and for_push:
            leases.mark_seen(self.leases, digest)
        return size

    def open_blob(self, digest: Digest) -> BinaryIO | None:
        """The content of a blob; None without a whole one."""
        return None if self.blobs.whole_size(digest) is None else self.blobs.open(digest)

    def mount_blob(self, digest: Digest, source: str | None) -> bool:
        """Give the blob of another repository a name here; whether there was one."""
        if source is None:
            candidates: Iterable[Path] = self._storage.holders_of(digest)
        else:
            candidates = [self._storage.repository(source).blobs.path(digest)]
        found = next((path for path in candidates if whole_size(path, digest) is not None), None)
        if found is None:
            return False
        with self._making():
            leases.take(self.leases, digest)
            self._put_same(found, self.blobs.path(digest))
        return True

    def delete_blob(self, digest: Digest) -> bool:
        """Forget a blob; whether there was one."""
        try:
            self.blobs.path(digest).unlink()
        except FileNotFoundError:
            return False
        return True

    def start_upload(self, algorithm: str = "sha256") -> FileUpload:
        """A new upload."""
        return self._storage.new_upload(self, algorithm)

    def find_upload(self, upload_id: str) -> FileUpload | None:
        """An upload of this repository that is neither finished nor forgotten."""
        upload = self._storage.find_upload(upload_id)
        return upload if upload and upload.repository.name == self.name else None

    def place(self, path: Path, digest: Digest) -> None:
        """Take in a whole, sealed file; it also replaces the same blob of other repositories."""
        target = self.blobs.path(digest)
        with self._making():
            leases.take(self.leases, digest)
            path.replace(target)
            for other in self._storage.holders_of(digest):
                if other != target:
                    self._put_same(target, other)

    def get_manifest(self, digest: Digest) -> bytes | None:
        """Exact bytes of a manifest; None without it."""
        return None if self.blobs.whole_size(digest) is None else self.blobs.read(digest)

    def put_manifest(self, manifest: NewManifest) -> None:
        """Store it and move its tags; raises BlobsMissing and StorageFull."""
        with self._making(), self.locked():
            if missing := [item for item in manifest.needs if not self._has_or_restores(item)]:
                raise BlobsMissing(sorted(missing))
            self.blobs.write(manifest.digest, (manifest.content,))
            size = len(manifest.content)
            descriptor = Descriptor(manifest.media_type, manifest.digest, size)
            self.write_index(self.tag_index().with_manifest(descriptor, manifest.tags))
            leases.give_back(self.leases, manifest.needs)

    def delete_manifest(self, digest: Digest) -> bool:
        """Forget a manifest and its tags; its file is left to the garbage collector."""
        with self.locked():
            index = self.tag_index()
            if digest not in index.manifests:
                return False
            self.write_index(index.without_manifests([digest]))
            return True

    def delete_tag(self, tag: str) -> bool:
        """Forget a tag alone; whether there was one."""
        with self.locked():
            index = self.tag_index()
            if tag not in index.tags:
                return False
            self.write_index(index.without_tag(tag))
            return True

    def write_index(self, index: TagIndex) -> None:
        """Make `index` the repository's; to be called under its lock."""
        replace_file(Path(self._index_path), index.to_bytes(), temporary=self.blobs.new_file())

    def aside(self, digest: Digest) -> Path:
        """Where the garbage collector puts a blob that a push may still need."""
        return self.path / "aside" / digest.algorithm / digest.hex

    def _has_or_restores(self, digest: Digest) -> bool:
        if self.blob_size(digest) is not None:
            return True
        if whole_size(self.aside(digest), digest) is None:
            return False
        self.aside(digest).replace(self.blobs.path(digest))
        return True

    @contextmanager
    def locked(self) -> Iterator[None]:
        """The right to change the index or to collect garbage, one process and thread at a time."""
        with locked(self.path / "lock"):
            yield

    @contextmanager
    def _making(self) -> Iterator[None]:
        try:
            self._make()
            yield
        except OSError as error:
            raise storage_error(error) from error

    def _make(self) -> None:
        for algorithm in ("sha256", "sha512"):
            (self.path / layout.BLOBS_FOLDER / algorithm).mkdir(parents=True, exist_ok=True)
        marker = self.path / layout.MARKER_FILE
        if marker.exists():
            return
        with self.locked():
            if not marker.exists():  # else the first push of somebody else has an index already
                self.write_index(TagIndex())
                replace_file(marker, layout.MARKER, temporary=self.blobs.new_file())

    def _put_same(self, source: Path, target: Path) -> None:
        temporary = self.blobs.new_file()
        _link(temporary, source)
        # Two names of one file: rename does nothing then, and the temporary name would stay.
        temporary.replace(target)
        temporary.unlink(missing_ok=True)


class FileUpload:
    """A blob of `repository` on its way in, known in `open_uploads` by its id."""

    def __init__(
        self, repository: FileRepository, algorithm: str, open_uploads: dict[str, FileUpload]
    ) -> None:
        self.repository = repository
        self._blob = repository.blobs.new_blob(algorithm)
        self.path = self._blob.path
        self.id = self.path.name
        self._lock = Lock()
        self._open_uploads = open_uploads
        open_uploads[self.id] = self

    @property
    def size(self) -> int:
        """Bytes received so far."""
        return self._blob.size

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
            self._blob.finish(digest)
            self.repository.place(self.path, digest)
        except OSError as error:
            raise storage_error(error) from error
        finally:
            self.cancel()

    def cancel(self) -> None:
        """Forget it."""
        self._open_uploads.pop(self.id, None)
        self._blob.discard()

    def _write(self, blocks: Iterable[bytes]) -> None:
        before = self._blob.hasher.copy()
        with self._blob:
            for block in blocks:
                try:
                    self._blob.append(block)
                except OSError as error:
                    self._blob.rewind(before)
                    raise storage_error(error) from error


def storage_error(error: OSError) -> Exception:
    """StorageFull when `error` says that there is no room, else `error`."""
    if error.errno in FULL:
        return StorageFull("The storage has no room left.")
    return error


def _link(name: Path, source: Path) -> None:
    """Give the file `source` the further name `name`; raises FileNotFoundError without one.

    link(2) finds none either in the moment when another push puts the same content in its place.
    """
    for _ in range(LINK_ATTEMPTS):
        with suppress(FileNotFoundError):
            name.hardlink_to(source)
            return
    name.hardlink_to(source)
