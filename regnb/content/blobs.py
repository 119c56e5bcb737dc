"""Blobs in the folder of an OCI image layout, by digest.

A blob appears under its name only when it is whole and its digest is right: it grows elsewhere, is
hashed on its way in, sealed, and then renamed.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md#blobs
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Self

from regnb.content.atomic_files import errors_naming
from regnb.content.seals import has_digest, seal, whole_size
from regnb.errors import DigestMismatch, InvalidDigest
from regnb.oci import Descriptor, Digest, Hasher, layout

BLOCK = 1 << 20


class IncomingBlob:
    """A blob on its way in: the file `path`, which grows, and is hashed as it does.

    A context manager that has the file open; leaving it keeps what is there, and it can be entered
    again.
    """

    def __init__(self, path: Path, algorithm: str = "sha256") -> None:
        self.path = path
        self.hasher = Hasher(algorithm)
        self._file: FileIO | None = None
        with errors_naming(path):
            path.touch()

    @classmethod
    def resumed(cls, path: Path, algorithm: str) -> Self:
        """One that goes on after what an earlier try has left at `path`."""
        blob = cls(path, algorithm)
        for block in _blocks_of(path):
            blob.hasher.update(block)
        return blob

    @property
    def size(self) -> int:
        """Bytes that are here already."""
        return self.hasher.size

    def append(self, block: bytes) -> None:
        """Add the next bytes; raises OSError, which names the file, when the disk is full."""
        self.append_hashed(block)
        self.hasher.update(block)

    def append_hashed(self, block: bytes) -> None:
        """Add the next bytes, which somebody else gives to `hasher`: hashing twice takes time."""
        rest = memoryview(block)
        with errors_naming(self.path):
            while rest:
                rest = rest[self._open_file.write(rest) :]

    def rewind(self, hasher: Hasher) -> None:
        """Forget what came after `hasher`, a copy of the one that it had, was made."""
        self._open_file.truncate(hasher.size)
        self.hasher = hasher

    def finish(self, digest: Digest) -> None:
        """Seal the file; raises DigestMismatch, and forgets the bytes when they are wrong."""
        self.close()
        try:
            self._verify(digest)
        except DigestMismatch:
            self.discard()
            raise
        with errors_naming(self.path):
            seal(self.path)

    def discard(self) -> None:
        """Remove the file."""
        self.close()
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file, which keeps what is there."""
        if self._file:
            self._file.close()
            self._file = None

    @property
    def _open_file(self) -> FileIO:
        if self._file is None:
            self._file = self.path.open("ab", buffering=0)
        return self._file

    def _verify(self, digest: Digest) -> None:
        if digest.algorithm == self.hasher.algorithm:
            self.hasher.verify(digest)
        elif not has_digest(self.path, digest):
            raise DigestMismatch(digest, self.hasher.digest)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class BlobFolder:
    """The blobs of the layout in the folder `root`.

    What is not whole grows in `unfinished`, a folder of the same file system: the layout's own
    `ingest`, unless given.
    """

    def __init__(self, root: Path, unfinished: Path | None = None) -> None:
        self.root = root
        self._unfinished = unfinished or root / "ingest"
        if unfinished is None:
            self._unfinished.mkdir(parents=True, exist_ok=True)
        self._blobs = f"{root}/{layout.BLOBS_FOLDER}"

    def file(self, digest: Digest) -> str:
        """The path of a blob as a string: joining paths takes longer than asking for a size."""
        return f"{self._blobs}/{digest.algorithm}/{digest.hex}"

    def path(self, digest: Digest) -> Path:
        """Where the blob is, or would be."""
        return Path(self.file(digest))

    def whole_size(self, digest: Digest) -> int | None:
        """Size in bytes of the blob; None without a whole one."""
        return whole_size(self.file(digest), digest)

    def has(self, descriptor: Descriptor) -> bool:
        """Whether the whole blob is here."""
        return self.whole_size(descriptor.digest) == descriptor.size

    def size(self, digest: Digest) -> int:
        """Size in bytes of the file, whole or not; raises FileNotFoundError."""
        return self.path(digest).stat().st_size

    def read(self, digest: Digest) -> bytes:
        """Content, for the small blobs; raises FileNotFoundError."""
        return self.path(digest).read_bytes()

    def open(self, digest: Digest) -> BinaryIO:
        """The blob as a file to read; raises FileNotFoundError."""
        return open(self.file(digest), "rb", buffering=0)  # noqa: PTH123 - the caller closes it

    def blocks(self, digest: Digest) -> Iterator[bytes]:
        """The content in blocks; raises FileNotFoundError."""
        return _blocks_of(self.path(digest))

    def put(self, content: bytes) -> Digest:
        """Store `content`; gives its digest."""
        digest = Digest.of(content)
        self.write(digest, (content,))
        return digest

    def write(self, digest: Digest, blocks: Iterable[bytes]) -> None:
        """Store `blocks` as the content of `digest`; raises DigestMismatch, and stores nothing."""
        blob = self.new_blob(digest.algorithm)
        try:
            for block in blocks:
                blob.append(block)
            self.keep(blob, digest)
        finally:
            blob.discard()

    def new_blob(self, algorithm: str = "sha256") -> IncomingBlob:
        """A blob that begins to come in, in a file of its own."""
        return IncomingBlob(self.new_file(), algorithm)

    def resumed_blob(self, digest: Digest) -> IncomingBlob:
        """A blob that goes on where an earlier try ended; it is nobody else's meanwhile."""
        return IncomingBlob.resumed(self._unfinished / digest.replace(":", "-"), digest.algorithm)

    def keep(self, blob: IncomingBlob, digest: Digest) -> None:
        """Give `blob` its name; raises DigestMismatch and forgets the bytes when they are wrong."""
        blob.finish(digest)
        path = self.path(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        blob.path.replace(path)

    def new_file(self) -> Path:
        """A path on the same file system that nothing has yet."""
        return self._unfinished / str(uuid.uuid4())

    def delete(self, digest: Digest) -> int:
        """Remove the blob; gives the bytes freed, 0 when it was not here."""
        path = self.path(digest)
        try:
            size = path.stat().st_size
            path.unlink()
        except FileNotFoundError:
            return 0
        return size

    def files(self) -> Iterator[tuple[Digest, Path]]:
        """All blobs and their files, sorted; files whose name is no digest are left out."""
        for path in sorted(Path(self._blobs).glob("*/*")):
            try:
                yield Digest(f"{path.parent.name}:{path.name}"), path
            except InvalidDigest:
                continue

    def digests(self) -> Iterator[Digest]:
        """Digests of all blobs."""
        return (digest for digest, _ in self.files())

    def delete_unfinished(self) -> int:
        """Remove what tries that ended have left; gives the bytes freed."""
        freed = 0
        for path in self._unfinished.iterdir():
            freed += path.stat().st_size
            path.unlink()
        return freed


def _blocks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            yield block
