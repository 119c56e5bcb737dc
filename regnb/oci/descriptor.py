"""Descriptors: media type, digest and size of a content.

https://github.com/opencontainers/image-spec/blob/main/descriptor.md
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from regnb.errors import InvalidDigest, InvalidManifest
from regnb.oci.digest import Digest
from regnb.oci.json import Json, as_object, as_text, as_texts
from regnb.oci.platform import Platform

ATTESTATION = "attestation-manifest"
REFERENCE_TYPE = "vnd.docker.reference.type"
REFERENCE_DIGEST = "vnd.docker.reference.digest"
# What other tools, and tables, can hold: an int64.
MAX_SIZE = 2**63 - 1
_PLAIN = frozenset({"mediaType", "digest", "size"})


@dataclass(frozen=True, slots=True)
class Descriptor:
    """Where a manifest or an index points to; `size` in bytes."""

    media_type: str
    digest: Digest
    size: int
    platform: Platform | None = None
    annotations: dict[str, str] = field(default_factory=dict)
    artifact_type: str = ""

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Descriptor in its JSON form; raises InvalidManifest when a part is missing or wrong."""
        fields = as_object(value, "a descriptor")
        media_type = as_text(fields.get("mediaType"), "mediaType")
        digest, size = _digest(fields.get("digest")), _size(fields.get("size"))
        if fields.keys() <= _PLAIN:  # most of them, and there are many in a registry
            return cls(media_type, digest, size)
        platform = fields.get("platform")
        return cls(
            media_type=media_type,
            digest=digest,
            size=size,
            platform=Platform.from_json(as_object(platform, "platform")) if platform else None,
            annotations=as_texts(fields.get("annotations"), "annotations"),
            artifact_type=as_text(fields.get("artifactType"), "artifactType"),
        )

    @property
    def is_attestation(self) -> bool:
        """Whether it describes a build attestation, which is no image of its own."""
        return self.annotations.get(REFERENCE_TYPE) == ATTESTATION

    @property
    def attested(self) -> str | None:
        """Digest of the image that this attestation speaks of."""
        return self.annotations.get(REFERENCE_DIGEST)

    def to_json(self) -> Json:
        """The JSON form, without what is empty."""
        value: Json = {
            "mediaType": self.media_type,
            "digest": str(self.digest),
            "size": self.size,
            "artifactType": self.artifact_type,
            "platform": self.platform.to_json() if self.platform else None,
            "annotations": self.annotations,
        }
        return {key: item for key, item in value.items() if item or key == "size"}


def _digest(value: object) -> Digest:
    try:
        return Digest(as_text(value, "digest"))
    except InvalidDigest as error:
        raise InvalidManifest("a descriptor has no valid digest") from error


def _size(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_SIZE:
        raise InvalidManifest("a descriptor has no valid size")
    return value
