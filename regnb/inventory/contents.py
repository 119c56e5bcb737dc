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
from typing import Literal, NamedTuple, Self, TypeAlias

from regnb.errors import InvalidManifest, RegnbError
from regnb.oci import Descriptor, Digest, ImageIndex, ImageManifest, Manifest, Platform
from regnb.oci.config import parse_time
from regnb.oci.descriptor import MAX_SIZE
from regnb.oci.json import as_text, json_object
from regnb.oci.media_types import is_layer

ContentKind: TypeAlias = Literal["index", "manifest", "config", "layer"]
_CHECKSUM = 4  # bytes


@dataclass(frozen=True, slots=True)
class Child:
    """An entry of an index, and the manifest behind it."""

    entry: Descriptor
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class ConfigFacts:
    """What the config of an image says of where it runs, and when it was made."""

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


class TagName(NamedTuple):
    """A tag of a repository."""

    repository: str
    tag: str

    def __str__(self) -> str:
        return f"{self.repository}:{self.tag}"


@dataclass(frozen=True, slots=True)
class Content:
    """A content that an image is made of; `size` in bytes."""

    kind: ContentKind
    digest: Digest
    size: int


@dataclass(frozen=True, slots=True)
class TagContents:
    """What `tag` of `repository` leads to, as far as it could be read.

    `configs` tells of the configs of the images, by their digests. `problem` is what went wrong
    first, if anything did; without a `root` nothing else is known, and without a `tag` the
    repository, or the whole list of repositories, could not be read to its end.
    """

    repository: str
    tag: str
    root: Manifest | None = None
    children: tuple[Child, ...] = ()
    configs: Mapping[Digest, ConfigFacts] = field(default_factory=dict)
    problem: RegnbError | None = None

    @property
    def name(self) -> TagName:
        """The tag with its repository."""
        return TagName(self.repository, self.tag)

    @property
    def manifests(self) -> list[Manifest]:
        """The root and what it lists."""
        listed = [child.manifest for child in self.children]
        return [self.root, *listed] if self.root else listed

    @property
    def image_manifests(self) -> list[ImageManifest]:
        """The manifests that are no index, those of attestations too."""
        return [item for item in self.manifests if isinstance(item, ImageManifest)]

    def images(self) -> Iterator[tuple[ImageManifest, Descriptor | None]]:
        """The images, each with its entry if an index lists it; attestations are none."""
        if isinstance(self.root, ImageManifest):
            yield self.root, None
        for child in self.children:
            if isinstance(child.manifest, ImageManifest) and not child.entry.is_attestation:
                yield child.manifest, child.entry

    @property
    def listed_blobs(self) -> list[Descriptor]:
        """The entries of indexes that are blobs, as of a cache of builds."""
        indexes = (item for item in self.manifests if isinstance(item, ImageIndex))
        return [entry for index in indexes for entry in index.blobs]

    def blobs(self) -> dict[Digest, int]:
        """Size in bytes of each config and layer, attestations included, each once."""
        images = self.image_manifests
        held = [blob for image in images for blob in (image.config, *image.layers)]
        return {blob.digest: blob.size for blob in (*held, *self.listed_blobs)}

    def contents(self) -> dict[Digest, Content]:
        """Everything that the tag leads to, manifests and indexes too, each once."""
        found: dict[Digest, Content] = {}
        for manifest in self.manifests:
            kind: ContentKind = "index" if isinstance(manifest, ImageIndex) else "manifest"
            found[manifest.digest] = Content(kind, manifest.digest, len(manifest.content))
        for image in self.image_manifests:
            found[image.config.digest] = _content("config", image.config)
            found |= {layer.digest: _content("layer", layer) for layer in image.layers}
        found |= {blob.digest: _content("layer", blob) for blob in self.listed_blobs}
        return found


def _content(kind: ContentKind, descriptor: Descriptor) -> Content:
    return Content(kind, descriptor.digest, descriptor.size)


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
    root, blobs = contents.root, contents.blobs()
    if root is None:
        return TagFacts(contents.repository, contents.tag, contents.problem)
    if sum(blobs.values()) > MAX_SIZE:
        too_large = InvalidManifest("its sizes are too large together")
        return TagFacts(contents.repository, contents.tag, too_large)
    platforms: dict[str, None] = {}
    layers = {blob.digest for blob in contents.listed_blobs if is_layer(blob.media_type)}
    for image, entry in contents.images():
        config = contents.configs.get(image.config.digest)
        platform = (entry.platform if entry else None) or (config.platform if config else None)
        if platform and not _is_empty(platform):
            platforms[intern(str(platform))] = None
        layers.update(layer.digest for layer in image.layers)
    moments = [config.created for config in contents.configs.values() if config.created]
    return TagFacts(
        contents.repository,
        contents.tag,
        contents.problem,
        root.digest,
        intern(root.media_type),
        tuple(platforms),
        max(moments, default=None),
        len(layers),
        tuple((bytes.fromhex(digest.hex), size) for digest, size in blobs.items()),
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
