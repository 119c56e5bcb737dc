"""What a tag leads to: a manifest, or an index and all that it lists, with their configs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from regnb.errors import RegnbError
from regnb.oci import Descriptor, Digest, ImageManifest, Manifest, Platform
from regnb.oci.config import parse_time
from regnb.oci.json import as_text, json_object


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
