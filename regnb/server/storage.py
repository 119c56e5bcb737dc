"""What a registry needs of its storage: two protocols of few methods.

`MemoryStorage` and `DirectoryStorage` implement them. A repository here is a handle: it can be
asked for whether or not it exists, and comes to exist with the first thing that is put in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from regnb.errors import RegnbError
from regnb.oci import Digest
from regnb.server.tag_index import TagIndex


class UploadBusy(RegnbError):
    """Another request is writing to the same upload."""


class StorageFull(RegnbError):
    """There is no room for what was pushed; nothing of it was kept."""


class UpstreamFailed(RegnbError):
    """The registry that is cached does not answer, or with an error of its own."""


class BlobsMissing(RegnbError):
    """A manifest names blobs that its repository does not hold."""

    def __init__(self, digests: list[Digest]) -> None:
        super().__init__(f"{len(digests)} blobs of the manifest were not pushed.")
        self.digests = digests


@dataclass(frozen=True)
class NewManifest:
    """A manifest to store: exact bytes, and the blobs that it cannot do without."""

    content: bytes
    digest: Digest
    media_type: str
    tags: tuple[str, ...]
    needs: frozenset[Digest]


class Upload(Protocol):
    """A blob on its way in; `size` is the number of bytes received so far."""

    id: str

    @property
    def size(self) -> int:
        """Bytes received so far."""

    def append(self, blocks: Iterable[bytes]) -> None:
        """Keep what `blocks` gives, also when it breaks off with an error, which is passed on.

        Raises StorageFull, and then keeps nothing of `blocks`, and UploadBusy.
        """

    def finish(self, digest: Digest) -> None:
        """Make it the blob `digest`; raises DigestMismatch and forgets it, or StorageFull."""

    def cancel(self) -> None:
        """Forget it."""


class Repository(Protocol):
    """The content of one repository."""

    name: str

    def exists(self) -> bool:
        """Whether anything was ever put in it."""

    def tag_index(self) -> TagIndex:
        """Its manifests and tags at this moment."""

    def blob_size(self, digest: Digest, *, for_push: bool = False) -> int | None:
        """Bytes of a blob, None without it; `for_push` keeps it from the garbage collector."""

    def open_blob(self, digest: Digest) -> BinaryIO | None:
        """The content of a blob, to be closed; None without it."""

    def mount_blob(self, digest: Digest, source: str | None) -> bool:
        """Take the blob of another repository (any, without `source`); whether there was one."""

    def delete_blob(self, digest: Digest) -> bool:
        """Forget a blob; whether there was one."""

    def start_upload(self, algorithm: str = "sha256") -> Upload:
        """A new upload, hashed with `algorithm` while it comes in."""

    def find_upload(self, upload_id: str) -> Upload | None:
        """An upload of this repository that is neither finished nor forgotten."""

    def get_manifest(self, digest: Digest) -> bytes | None:
        """Exact bytes of a manifest; None without it."""

    def put_manifest(self, manifest: NewManifest) -> None:
        """Store it and move its tags; raises BlobsMissing and StorageFull."""

    def delete_manifest(self, digest: Digest) -> bool:
        """Forget a manifest and its tags; whether there was one."""

    def delete_tag(self, tag: str) -> bool:
        """Forget a tag alone; whether there was one."""


class Storage(Protocol):
    """All repositories."""

    def repositories(self) -> list[str]:
        """Sorted names of the repositories that hold a manifest."""

    def repository(self, name: str) -> Repository:
        """A repository, whether it exists or not."""

    def check(self) -> None:
        """Raise OSError when it cannot be read and written."""
