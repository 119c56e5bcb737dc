"""Blobs on disk, by digest, shared by all images.

A blob appears under its name only when it is whole and its digest is right: it grows in `ingest/`
and is then renamed. What a killed engine leaves there is taken up again, not fetched again.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self

from regnb.errors import DigestMismatch
from regnb.oci import Descriptor, Digest, Hasher, layout

CHUNK = 1 << 20


class BlobStore:
    """The `blobs/` of an OCI image layout at `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._ingest = root / "ingest"
        self._ingest.mkdir(parents=True, exist_ok=True)

    def path(self, digest: Digest) -> Path:
        """Where the blob is, or would be."""
        return self.root / layout.blob_path(digest)

    def has(self, descriptor: Descriptor) -> bool:
        """Whether the whole blob is here."""
        try:
            return self.size(descriptor.digest) == descriptor.size
        except FileNotFoundError:
            return False

    def size(self, digest: Digest) -> int:
        """Size in bytes; raises FileNotFoundError."""
        return self.path(digest).stat().st_size

    def read(self, digest: Digest) -> bytes:
        """Content, for the small blobs; raises FileNotFoundError."""
        return self.path(digest).read_bytes()

    def open(self, digest: Digest) -> BinaryIO:
        """The blob as a file to read; raises FileNotFoundError."""
        return self.path(digest).open("rb")

    def put(self, content: bytes) -> Digest:
        """Store `content`; gives its digest."""
        digest = Digest.of(content)
        path = self.path(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two pulls may bring the same config: each writes a file of its own.
        handle, temporary = tempfile.mkstemp(dir=self._ingest)
        try:
            with _naming(temporary), os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
        return digest

    def ingest(self, digest: Digest) -> Ingest:
        """A blob that grows, with what an earlier try has left of it."""
        return Ingest(self._ingest / f"{digest.algorithm}-{digest.hex}", self.path(digest), digest)

    def delete(self, digest: Digest) -> int:
        """Remove the blob; gives the bytes freed, 0 when it was not here."""
        path = self.path(digest)
        try:
            size = path.stat().st_size
            path.unlink()
        except FileNotFoundError:
            return 0
        return size

    def digests(self) -> Iterator[Digest]:
        """Digests of all whole blobs."""
        folder = self.root / layout.BLOBS_FOLDER
        for path in folder.glob("*/*"):
            yield Digest(f"{path.parent.name}:{path.name}")

    def delete_partial(self) -> int:
        """Remove what unfinished downloads have left; gives the bytes freed."""
        freed = 0
        for path in self._ingest.iterdir():
            freed += path.stat().st_size
            path.unlink()
        return freed


class Ingest:
    """A blob on its way in: append to it, then commit it. Leaving keeps the part for later."""

    def __init__(self, part: Path, final: Path, digest: Digest) -> None:
        self._part = part
        self._final = final
        self._digest = digest
        self.hasher = Hasher(digest.algorithm)
        self._file: BinaryIO = part.open("ab", buffering=0)
        self._read_part()

    @property
    def size(self) -> int:
        """Bytes that are here already."""
        return self.hasher.size

    def append(self, chunk: bytes) -> None:
        """Add the next bytes; raises OSError when the disk is full."""
        self.append_hashed(chunk)
        self.hasher.update(chunk)

    def append_hashed(self, chunk: bytes) -> None:
        """Add the next bytes, which somebody else gives to `hasher`: hashing twice takes time."""
        rest = memoryview(chunk)
        with _naming(self._part):
            while rest:
                rest = rest[self._file.write(rest) :]

    def restart(self) -> None:
        """Forget the bytes that are here."""
        self._file.truncate(0)
        self.hasher = Hasher(self._digest.algorithm)

    def commit(self) -> None:
        """Give the blob its name; raises DigestMismatch and forgets the bytes when they are wrong.

        The page cache outlives a killed process, so nothing is flushed to the disk here: after a
        power cut a blob may be short, which a pull notices by its size.
        """
        try:
            self.hasher.verify(self._digest)
        except DigestMismatch:
            self.discard()
            raise
        self._file.close()
        self._final.parent.mkdir(parents=True, exist_ok=True)
        self._part.replace(self._final)

    def discard(self) -> None:
        """Remove the part."""
        self._file.close()
        self._part.unlink(missing_ok=True)

    def _read_part(self) -> None:
        with self._part.open("rb") as part:
            while chunk := part.read(CHUNK):
                self.hasher.update(chunk)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


@contextmanager
def _naming(path: Path | str) -> Iterator[None]:
    """Tell which file an error is about: a write that fails does not."""
    try:
        yield
    except OSError as error:
        error.filename = str(path)
        raise


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the file at `path` in one step, also when the process is killed meanwhile."""
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
