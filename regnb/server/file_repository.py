"""One repository as an OCI image layout in a directory.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from regnb.oci import Descriptor, Digest
from regnb.server import leases, locks
from regnb.server.file_upload import FileUpload
from regnb.server.sealed import full_or, seal, sync, whole_size
from regnb.server.storage_interface import BlobsMissing, NewManifest, TagIndex

LINK_ATTEMPTS = 20
LAYOUT = b'{"imageLayoutVersion": "1.0.0"}'


class Neighbours(Protocol):
    """What a repository needs of the storage that it is in."""

    def new_file(self) -> Path:
        """A path on the same file system that nothing has yet."""

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

    def __init__(self, storage: Neighbours, name: str, path: Path) -> None:
        self.name = name
        self.path = path
        self._storage = storage
        self._index_path = f"{path}/index.json"
        self.leases = path / "leases"

    def exists(self) -> bool:
        """Whether anything was ever put in it."""
        return os.path.isdir(self.path)  # noqa: PTH112 - see blob_file

    def tag_index(self) -> TagIndex:
        """Its manifests and tags at this moment."""
        return self._storage.cached_index(self._index_path)

    def blob_path(self, digest: Digest) -> Path:
        """Where the content of `digest` is or would be."""
        return Path(self.blob_file(digest))

    def blob_file(self, digest: Digest) -> str:
        """The same as a string: joining paths takes longer than asking for a file's size."""
        return f"{self.path}/blobs/{digest.algorithm}/{digest.hex}"

    def blob_size(self, digest: Digest, *, for_push: bool = False) -> int | None:
        """Bytes of a blob, None without a whole one; `for_push` when a client may rely on it."""
        size = whole_size(self.blob_file(digest), digest)
        if size is not None and for_push:
            leases.mark_seen(self.leases, digest)
        return size

    def open_blob(self, digest: Digest) -> BinaryIO | None:
        """The content of a blob; None without a whole one."""
        path = self.blob_file(digest)
        return None if whole_size(path, digest) is None else open(path, "rb", buffering=0)  # noqa: PTH123 - the caller closes it

    def mount_blob(self, digest: Digest, source: str | None) -> bool:
        """Give the blob of another repository a name here; whether there was one."""
        if source is None:
            candidates: Iterable[Path] = self._storage.holders_of(digest)
        else:
            candidates = [self._storage.repository(source).blob_path(digest)]
        found = next((path for path in candidates if whole_size(path, digest) is not None), None)
        if found is None:
            return False
        with self._making():
            leases.take(self.leases, digest)
            self._put_same(found, self.blob_path(digest))
        return True

    def delete_blob(self, digest: Digest) -> bool:
        """Forget a blob; whether there was one."""
        try:
            self.blob_path(digest).unlink()
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
        target = self.blob_path(digest)
        with self._making():
            leases.take(self.leases, digest)
            path.replace(target)
            for other in self._storage.holders_of(digest):
                if other != target:
                    self._put_same(target, other)

    def get_manifest(self, digest: Digest) -> bytes | None:
        """Exact bytes of a manifest; None without it."""
        path = self.blob_file(digest)
        return None if whole_size(path, digest) is None else Path(path).read_bytes()

    def put_manifest(self, manifest: NewManifest) -> None:
        """Store it and move its tags; raises BlobsMissing and StorageFull."""
        with self._making(), self.locked():
            if missing := [item for item in manifest.needs if not self._has_or_restores(item)]:
                raise BlobsMissing(sorted(missing))
            self._write(manifest.content, self.blob_path(manifest.digest), finish=seal)
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
        self._write(index.to_bytes(), self._index_path, finish=sync)

    def aside(self, digest: Digest) -> Path:
        """Where the garbage collector puts a blob that a push may still need."""
        return self.path / "aside" / digest.algorithm / digest.hex

    def _has_or_restores(self, digest: Digest) -> bool:
        if self.blob_size(digest) is not None:
            return True
        if whole_size(self.aside(digest), digest) is None:
            return False
        self.aside(digest).replace(self.blob_path(digest))
        return True

    @contextmanager
    def locked(self) -> Iterator[None]:
        """The right to change the index or to collect garbage, one process and thread at a time."""
        descriptor = locks.hold(self.path / "lock", wait=True)
        try:
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def _making(self) -> Iterator[None]:
        try:
            self._make()
            yield
        except OSError as error:
            raise full_or(error) from error

    def _make(self) -> None:
        for algorithm in ("sha256", "sha512"):
            (self.path / "blobs" / algorithm).mkdir(parents=True, exist_ok=True)
        layout = self.path / "oci-layout"
        if layout.exists():
            return
        with self.locked():
            if not layout.exists():  # else the first push of somebody else has an index already
                self.write_index(TagIndex())
                layout.write_bytes(LAYOUT)

    def _write(self, content: bytes, target: Path | str, *, finish: Callable[[Path], None]) -> None:
        temporary = self._storage.new_file()
        try:
            temporary.write_bytes(content)
            finish(temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)

    def _put_same(self, source: Path, target: Path) -> None:
        temporary = self._storage.new_file()
        _link(temporary, source)
        # Two names of one file: rename does nothing then, and the temporary name would stay.
        temporary.replace(target)
        temporary.unlink(missing_ok=True)


def _link(name: Path, source: Path) -> None:
    """Give the file `source` the further name `name`; raises FileNotFoundError without one.

    link(2) finds none either in the moment when another push puts the same content in its place.
    """
    for _ in range(LINK_ATTEMPTS):
        with suppress(FileNotFoundError):
            name.hardlink_to(source)
            return
    name.hardlink_to(source)
