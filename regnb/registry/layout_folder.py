"""An OCI image layout in a folder, as the source and the target of copies.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md

One folder holds the images of a whole registry, each content once, under names such as `w3:1.0`
(`skopeo copy oci:FOLDER:w3:1.0 …` reads them). Files are named by their digest and come to be
whole or not at all; `index.json`, which says what the folder holds, is replaced last. So a backup
that is cut short leaves the one before it as it was, and the next one sends only what is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from regnb.content.atomic_files import replace_file
from regnb.content.blobs import BlobFolder
from regnb.errors import BlobNotFound, InvalidManifest, ManifestNotFound
from regnb.oci import Descriptor, Digest, Hasher, Manifest, layout, parse_manifest
from regnb.registry.copying import How, Source
from regnb.registry.transport import BLOCK_SIZE, OnProgress


@dataclass
class LayoutFolder:
    """The layout in the folder `path`; `save` makes what was put there the content of it."""

    path: Path
    entries: dict[str, Descriptor] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path) -> LayoutFolder:
        """The layout that is in `path`; raises InvalidManifest when there is none."""
        try:
            layout.check_marker((path / layout.MARKER_FILE).read_bytes())
            index = layout.parse_index((path / layout.INDEX_FILE).read_bytes())
        except OSError as error:
            raise InvalidManifest(f"`{path}` holds no OCI image layout") from error
        named = {entry.annotations.get(layout.REF_NAME, ""): entry for entry in index.manifests}
        return cls(path, {name: entry for name, entry in named.items() if name})

    def save(self) -> None:
        """Write `oci-layout` and, last, `index.json` with the entries."""
        entries = (entry for _, entry in sorted(self.entries.items()))
        self.path.mkdir(parents=True, exist_ok=True)
        replace_file(self.path / layout.MARKER_FILE, layout.MARKER)
        replace_file(self.path / layout.INDEX_FILE, layout.index_content(entries))

    def in_repository(self, repository: str) -> LayoutRepository:
        """The images whose names begin with `repository`."""
        return LayoutRepository(self, repository)

    @property
    def blobs(self) -> BlobFolder:
        """The contents, each once."""
        return BlobFolder(self.path, unfinished=self.path)

    def write(self, digest: Digest, blocks: Iterable[bytes]) -> None:
        """Store `blocks` as the content of `digest`; raises DigestMismatch, and stores nothing."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.blobs.write(digest, blocks)


@dataclass(frozen=True)
class LayoutRepository:
    """The images of one repository in a layout."""

    folder: LayoutFolder
    repository: str

    def manifest(self, reference: str) -> Manifest:
        """Manifest or index under a tag or digest; raises ManifestNotFound, DigestMismatch."""
        entry = self.folder.entries.get(self._name(reference))
        digest = entry.digest if entry else Digest(reference) if ":" in reference else None
        file = self.folder.blobs.path(digest) if digest else None
        if digest is None or file is None or not file.exists():
            raise ManifestNotFound(f"The layout has no `{self._name(reference)}`.")
        content = file.read_bytes()
        digest.verify(content)
        return parse_manifest(content, entry.media_type if entry else "")

    def blob(self, digest: Digest) -> Iterator[bytes]:
        """The content of a blob, in blocks; raises BlobNotFound, and DigestMismatch at its end."""
        hasher = Hasher(digest.algorithm)
        try:
            file = self.folder.blobs.open(digest)
        except FileNotFoundError as error:
            raise BlobNotFound(f"The layout has no blob `{digest}`.") from error
        with file:
            while block := file.read(BLOCK_SIZE):
                hasher.update(block)
                yield block
        hasher.verify(digest)

    def referrers(self, digest: Digest) -> list[Descriptor]:
        """Manifests of the layout whose subject is `digest`."""
        return [
            entry
            for name, entry in self.folder.entries.items()
            if name.startswith(f"{self.repository}@") and self._subject_of(entry) == digest
        ]

    def take(self, blob: Descriptor, source: Source, on_progress: OnProgress) -> How:
        """Write the blob unless it is there."""
        if self.folder.blobs.has(blob):
            return "present"
        self.folder.write(blob.digest, _counted(source.blob(blob.digest), on_progress))
        return "sent"

    def put(self, manifest: Manifest, reference: str) -> None:
        """Write the manifest, and list it under its name; one that an index lists has none."""
        self.folder.write(manifest.digest, (manifest.content,))
        if ":" in reference and not manifest.subject:
            return
        name = self._name(reference)
        entry = Descriptor(manifest.media_type, manifest.digest, len(manifest.content))
        self.folder.entries[name] = replace(entry, annotations={layout.REF_NAME: name})

    def _name(self, reference: str) -> str:
        return f"{self.repository}{'@' if ':' in reference else ':'}{reference}"

    def _subject_of(self, entry: Descriptor) -> Digest | None:
        subject = self.manifest(entry.digest).subject
        return subject.digest if subject else None


def _counted(blocks: Iterable[bytes], on_progress: OnProgress) -> Iterator[bytes]:
    done = 0
    for block in blocks:
        done += len(block)
        on_progress(done)
        yield block
