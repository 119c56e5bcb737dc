"""A storage that forgets: for tests, demonstrations and the browser."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable
from threading import Lock
from typing import BinaryIO

from regnb.oci import Descriptor, Digest
from regnb.server.storage_interface import BlobsMissing, NewManifest, TagIndex, UploadBusy


class MemoryStorage:
    """Everything in dictionaries."""

    def __init__(self) -> None:
        self.uploads: dict[str, MemoryUpload] = {}
        self._repositories: dict[str, MemoryRepository] = {}

    def repositories(self) -> list[str]:
        """Sorted names of the repositories that hold a manifest."""
        known = list(self._repositories.values())
        return sorted(item.name for item in known if item.tag_index().manifests)

    def repository(self, name: str) -> MemoryRepository:
        """A repository, whether it exists or not."""
        return self._repositories.setdefault(name, MemoryRepository(self, name))

    def check(self) -> None:
        """Never anything wrong."""

    def holder_of(self, digest: Digest) -> str | None:
        """Name of a repository with the blob `digest`."""
        holders = (item for item in list(self._repositories.values()) if digest in item.blobs)
        return next((item.name for item in holders), None)


class MemoryRepository:
    """Blobs, manifests and uploads of one repository."""

    def __init__(self, storage: MemoryStorage, name: str) -> None:
        self.name = name
        self.blobs: dict[Digest, bytes] = {}
        self._storage = storage
        self._manifests: dict[Digest, bytes] = {}
        self._index = TagIndex()
        self._lock = Lock()

    def exists(self) -> bool:
        """Whether anything was ever put in it."""
        return bool(self.blobs or self._manifests)

    def tag_index(self) -> TagIndex:
        """Its manifests and tags at this moment."""
        return self._index

    def blob_size(self, digest: Digest, *, for_push: bool = False) -> int | None:  # noqa: ARG002 - nothing is collected here
        """Bytes of a blob, None without it."""
        content = self.blobs.get(digest)
        return None if content is None else len(content)

    def open_blob(self, digest: Digest) -> BinaryIO | None:
        """The content of a blob; None without it."""
        content = self.blobs.get(digest)
        return None if content is None else io.BytesIO(content)

    def mount_blob(self, digest: Digest, source: str | None) -> bool:
        """Take the blob of another repository; whether there was one."""
        name = source or self._storage.holder_of(digest)
        content = self._storage.repository(name).blobs.get(digest) if name else None
        if content is None:
            return False
        self.put_blob(digest, content)
        return True

    def put_blob(self, digest: Digest, content: bytes) -> None:
        """Keep a blob."""
        self.blobs[digest] = content

    def delete_blob(self, digest: Digest) -> bool:
        """Forget a blob; whether there was one."""
        return self.blobs.pop(digest, None) is not None

    def start_upload(self, algorithm: str = "sha256") -> MemoryUpload:  # noqa: ARG002 - hashed at the end
        """A new upload."""
        return MemoryUpload(self, self._storage.uploads)

    def find_upload(self, upload_id: str) -> MemoryUpload | None:
        """An upload that is neither finished nor forgotten."""
        upload = self._storage.uploads.get(upload_id)
        return upload if upload and upload.repository.name == self.name else None

    def get_manifest(self, digest: Digest) -> bytes | None:
        """Exact bytes of a manifest; None without it."""
        return self._manifests.get(digest)

    def put_manifest(self, manifest: NewManifest) -> None:
        """Store it and move its tags; raises BlobsMissing."""
        with self._lock:
            if missing := sorted(manifest.needs - self.blobs.keys()):
                raise BlobsMissing(missing)
            self._manifests[manifest.digest] = manifest.content
            size = len(manifest.content)
            descriptor = Descriptor(manifest.media_type, manifest.digest, size)
            self._index = self._index.with_manifest(descriptor, manifest.tags)

    def delete_manifest(self, digest: Digest) -> bool:
        """Forget a manifest and its tags; whether there was one."""
        with self._lock:
            self._index = self._index.without_manifests([digest])
            return self._manifests.pop(digest, None) is not None

    def delete_tag(self, tag: str) -> bool:
        """Forget a tag alone; whether there was one."""
        with self._lock:
            found = tag in self._index.tags
            self._index = self._index.without_tag(tag)
            return found


class MemoryUpload:
    """Bytes of a blob on its way in."""

    def __init__(self, repository: MemoryRepository, open_uploads: dict[str, MemoryUpload]) -> None:
        self.id = str(uuid.uuid4())
        self.repository = repository
        self._open_uploads = open_uploads
        open_uploads[self.id] = self
        self._content = bytearray()
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Bytes received so far."""
        return len(self._content)

    def append(self, blocks: Iterable[bytes]) -> None:
        """Keep what `blocks` gives, also when it breaks off with an error."""
        if not self._lock.acquire(blocking=False):
            raise UploadBusy("Another request is writing this upload.")
        try:
            for block in blocks:
                self._content += block
        finally:
            self._lock.release()

    def finish(self, digest: Digest) -> None:
        """Make it the blob `digest`; raises DigestMismatch and forgets it."""
        self.cancel()
        content = bytes(self._content)
        digest.verify(content)
        self.repository.put_blob(digest, content)

    def cancel(self) -> None:
        """Forget it."""
        self._open_uploads.pop(self.id, None)
