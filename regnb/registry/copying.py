"""Copies of images, whole: every platform of an index, every byte as it was, so every digest too.

A source gives manifests and blobs, a target takes them: a repository of a registry is both, and so
is an OCI image layout in a folder (see `layout_folder`). Nothing is unpacked, and a blob is never
in memory as a whole. What the target has already is not sent; between two repositories of one
registry, blobs are mounted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from regnb.errors import NotFound, RegistryFailed
from regnb.oci import Descriptor, Digest, ImageManifest, Manifest
from regnb.oci.media_types import is_index, is_manifest
from regnb.registry.client import RegistryClient
from regnb.registry.transport import OnProgress

How: TypeAlias = Literal["present", "mounted", "sent"]
# Called with a blob and its bytes handed over so far, and at last with how it came.
OnBlob: TypeAlias = Callable[[Descriptor, int, How | None], None]

# Distribution 2 rewrites the file of a tag in place: who reads it in that moment is told 500.
_ATTEMPTS = 4
_PAUSE = 0.1


class Source(Protocol):
    """Where images come from."""

    def manifest(self, reference: str) -> Manifest:
        """Manifest or index under a tag or digest; raises ManifestNotFound."""

    def blob(self, digest: Digest) -> Iterable[bytes]:
        """The content of a blob, in blocks, verified; raises BlobNotFound."""

    def referrers(self, digest: Digest) -> list[Descriptor]:
        """Manifests whose subject is `digest`."""


class Target(Protocol):
    """Where images go."""

    def take(self, blob: Descriptor, source: Source, on_progress: OnProgress) -> How:
        """See to it that the blob is here, and tell how it came."""

    def put(self, manifest: Manifest, reference: str) -> None:
        """Store the manifest, whose contents are here, under a tag or its digest."""


@dataclass
class Copied:
    """What a copy did: the digest of the image, its manifests, and how each blob came."""

    digest: Digest
    manifests: int = 0
    blobs: dict[Digest, tuple[Descriptor, How]] = field(default_factory=dict)
    missing: list[Digest] = field(default_factory=list)

    def count(self, how: How) -> int:
        """Blobs that came so."""
        return sum(1 for _, came in self.blobs.values() if came == how)

    @property
    def sent(self) -> int:
        """Bytes of the blobs that were sent."""
        return sum(blob.size for blob, came in self.blobs.values() if came == "sent")


def copy_image(
    source: Source, target: Target, reference: str, *, name: str, on_blob: OnBlob | None = None
) -> Copied:
    """Copy the image `reference` of `source` to `name`, a tag or its digest, of `target`.

    An index is copied with all that it lists, and with the manifests that are about it; what it
    lists and the source does not have is `missing`. Raises ManifestNotFound, RegistryError.
    """
    manifest = source.manifest(reference)
    copied = Copied(manifest.digest)
    copier = _Copier(source, target, copied, on_blob or (lambda *_: None))
    copier.image(manifest, name)
    for digest in copier.subjects:  # which grows meanwhile
        for entry in source.referrers(digest):
            copier.child(entry)
    return copied


@dataclass
class _Copier:
    source: Source
    target: Target
    copied: Copied
    on_blob: OnBlob
    subjects: list[Digest] = field(default_factory=list)
    seen: set[Digest] = field(default_factory=set)

    def image(self, manifest: Manifest, name: str) -> None:
        """Copy the manifest with its contents, once; what is about it comes later."""
        self.seen.add(manifest.digest)
        self._contents(manifest)
        self.target.put(manifest, name)
        self.copied.manifests += 1
        self.subjects.append(manifest.digest)

    def child(self, entry: Descriptor) -> None:
        """Copy what `entry` describes, unless that was done; lists may lead in circles."""
        if entry.digest in self.seen:
            return
        self.seen.add(entry.digest)
        try:
            manifest = self.source.manifest(entry.digest)
        except NotFound:
            self.copied.missing.append(entry.digest)
            return
        self.image(manifest, entry.digest)

    def _contents(self, manifest: Manifest) -> None:
        if isinstance(manifest, ImageManifest):
            for blob in (manifest.config, *manifest.layers):
                self._blob(blob)
            return
        for entry in manifest.manifests:
            if is_manifest(entry.media_type) or is_index(entry.media_type):
                self.child(entry)
            else:
                self._blob(entry)

    def _blob(self, blob: Descriptor) -> None:
        if blob.digest in self.copied.blobs:
            return
        how = self.target.take(blob, self.source, lambda done: self.on_blob(blob, done, None))
        self.copied.blobs[blob.digest] = (blob, how)
        self.on_blob(blob, blob.size, how)


@dataclass(frozen=True)
class RegistryRepository:
    """A repository of a registry, as source and as target."""

    client: RegistryClient
    repository: str

    def manifest(self, reference: str) -> Manifest:
        """Manifest or index under a tag or digest; asked for again when the registry fails."""
        for attempt in range(_ATTEMPTS - 1):
            with suppress(RegistryFailed):
                return self.client.get_manifest(self.repository, reference)
            time.sleep(_PAUSE * 2**attempt)
        return self.client.get_manifest(self.repository, reference)

    def blob(self, digest: Digest) -> Iterator[bytes]:
        """The content of a blob, in blocks."""
        return self.client.stream_blob(self.repository, digest)

    def referrers(self, digest: Digest) -> list[Descriptor]:
        """Manifests whose subject is `digest`."""
        return self.client.list_referrers(self.repository, digest)

    def take(self, blob: Descriptor, source: Source, on_progress: OnProgress) -> How:
        """Mount the blob when it is in the same registry, else upload it."""
        if self.client.blob_exists(self.repository, blob.digest):
            return "present"
        if self._mounts(blob, source):
            return "mounted"
        self.client.upload_blob(
            self.repository,
            blob.digest,
            source.blob(blob.digest),
            size=blob.size,
            on_progress=on_progress,
        )
        return "sent"

    def put(self, manifest: Manifest, reference: str) -> None:
        """Store the manifest under a tag or its digest."""
        self.client.put_manifest(
            self.repository, reference, manifest.content, media_type=manifest.media_type
        )

    def _mounts(self, blob: Descriptor, source: Source) -> bool:
        if not isinstance(source, RegistryRepository) or source.client.url != self.client.url:
            return False
        return self.client.mount_blob(self.repository, blob.digest, source=source.repository)
