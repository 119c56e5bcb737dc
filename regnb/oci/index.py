"""Image indexes: manifests that list manifests, mostly one per platform.

https://github.com/opencontainers/image-spec/blob/main/image-index.md
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from regnb.oci.descriptor import Descriptor
from regnb.oci.digest import Digest
from regnb.oci.json import as_list, as_text, as_texts, json_object
from regnb.oci.platform import Platform


@dataclass(frozen=True)
class ImageIndex:
    """An index as its exact bytes, and the descriptors it lists in their order."""

    content: bytes
    media_type: str
    manifests: tuple[Descriptor, ...]
    subject: Descriptor | None
    artifact_type: str
    annotations: dict[str, str]

    @classmethod
    def parse(cls, content: bytes, media_type: str) -> Self:
        """Index in `content`; raises InvalidManifest."""
        fields = json_object(content)
        manifests = as_list(fields.get("manifests"), "manifests")
        subject = fields.get("subject")
        return cls(
            content=content,
            media_type=media_type,
            manifests=tuple(Descriptor.from_json(entry) for entry in manifests),
            subject=Descriptor.from_json(subject) if subject else None,
            artifact_type=as_text(fields.get("artifactType"), "artifactType"),
            annotations=as_texts(fields.get("annotations"), "annotations"),
        )

    @cached_property
    def digest(self) -> Digest:
        """Digest of the exact bytes."""
        return Digest.of(self.content)

    @property
    def images(self) -> tuple[Descriptor, ...]:
        """The entries that are images, without build attestations."""
        return tuple(entry for entry in self.manifests if not entry.is_attestation)

    def image_for(self, platform: Platform) -> Descriptor | None:
        """The image for `platform`: same variant if there is one, else same architecture."""
        alike = [
            entry
            for entry in self.images
            if entry.platform
            and (entry.platform.os, entry.platform.architecture)
            == (platform.os, platform.architecture)
        ]
        exact = [entry for entry in alike if entry.platform == platform]
        return next(iter(exact or alike), None)
