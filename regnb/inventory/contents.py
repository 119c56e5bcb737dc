"""What a tag leads to: a manifest, or an index and all that it lists; and the facts of it.

Facts are a row of the inventory; as bytes they stay in the cache.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from sys import intern
from typing import Self

from regnb.errors import RegnbError
from regnb.oci import Descriptor, Digest, ImageManifest, Manifest, Platform
from regnb.oci.config import parse_time
from regnb.oci.json import as_text, json_object

_CHECKSUM = 4  # bytes


@dataclass(frozen=True, slots=True)
class Child:
    """An entry of an index, and the manifest behind it."""

    entry: Descriptor
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Origin:
    """What the config of an image says of where it comes from."""

    platform: Platform
    created: datetime | None

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Of the config in `content`; raises InvalidManifest.

        A fifth of the time of ImageConfig, which reads the history as well.
        """
        fields = json_object(content)
        created = parse_time(as_text(fields.get("created"), "created"))
        return cls(Platform.from_json(fields), created)


@dataclass(frozen=True, slots=True)
class TagContents:
    """What `tag` of `repository` leads to, as far as it could be read.

    `origins` are those of the images, by the digests of their configs. `problem` is what went wrong
    first, if anything did; without a `root` nothing else is known, and without a `tag` the
    repository, or the whole list of repositories, could not be read to its end.
    """

    repository: str
    tag: str
    root: Manifest | None = None
    children: tuple[Child, ...] = ()
    origins: Mapping[Digest, Origin] = field(default_factory=dict)
    problem: RegnbError | None = None

    def images(self) -> Iterator[tuple[ImageManifest, Descriptor | None]]:
        """The images, each with its entry if an index lists it; attestations are none."""
        if isinstance(self.root, ImageManifest):
            yield self.root, None
        for child in self.children:
            if isinstance(child.manifest, ImageManifest) and not child.entry.is_attestation:
                yield child.manifest, child.entry

    def blobs(self) -> dict[Digest, int]:
        """Size in bytes of each config and layer, attestations included, each once."""
        manifests = [self.root, *(child.manifest for child in self.children)]
        return {
            blob.digest: blob.size
            for manifest in manifests
            if isinstance(manifest, ImageManifest)
            for blob in (manifest.config, *manifest.layers)
        }


@dataclass(frozen=True, slots=True)
class TagFacts:
    """One row of the inventory; `blobs` are the digests, as bytes, and sizes of its contents."""

    repository: str
    tag: str
    problem: RegnbError | None
    digest: str = ""
    media_type: str = ""
    platforms: tuple[str, ...] = ()
    created: datetime | None = None
    layers: int | None = None
    blobs: tuple[tuple[bytes, int], ...] = ()


def facts_of(contents: TagContents) -> TagFacts:
    """The facts of a tag: of an index, those of all its images, and the time of the newest."""
    root = contents.root
    if root is None:
        return TagFacts(contents.repository, contents.tag, contents.problem)
    platforms: dict[str, None] = {}
    layers: set[Digest] = set()
    for image, entry in contents.images():
        origin = contents.origins.get(image.config.digest)
        platform = (entry.platform if entry else None) or (origin.platform if origin else None)
        if platform and not _is_empty(platform):
            platforms[intern(str(platform))] = None
        layers.update(layer.digest for layer in image.layers)
    moments = [origin.created for origin in contents.origins.values() if origin.created]
    return TagFacts(
        contents.repository,
        contents.tag,
        contents.problem,
        root.digest,
        intern(root.media_type),
        tuple(platforms),
        max(moments, default=None),
        len(layers),
        tuple((bytes.fromhex(digest.hex), size) for digest, size in contents.blobs().items()),
    )


def _is_empty(platform: Platform) -> bool:
    return not (platform.os or platform.architecture)


def facts_to_bytes(facts: TagFacts) -> bytes:
    """What `facts` say of their contents, with a checksum; not whose they are."""
    blobs = [[digest.hex(), size] for digest, size in facts.blobs]
    created = facts.created and facts.created.isoformat()
    fields = [facts.media_type, facts.platforms, created, facts.layers, blobs]
    content = json.dumps(fields, separators=(",", ":")).encode()
    return zlib.crc32(content).to_bytes(_CHECKSUM) + content


def facts_from_bytes(content: bytes, repository: str, tag: str, digest: Digest) -> TagFacts | None:
    """The facts in `content`, for this tag; None when the bytes have changed."""
    if int.from_bytes(content[:_CHECKSUM]) != zlib.crc32(content[_CHECKSUM:]):
        return None
    media_type, platforms, created, layers, blobs = json.loads(content[_CHECKSUM:])
    return TagFacts(
        repository,
        tag,
        None,
        digest,
        intern(media_type),
        tuple(map(intern, platforms)),
        datetime.fromisoformat(created) if created else None,
        layers,
        tuple((bytes.fromhex(name), size) for name, size in blobs),
    )
