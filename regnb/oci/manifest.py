"""Image manifests: one config and an ordered list of layers.

https://github.com/opencontainers/image-spec/blob/main/manifest.md
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from regnb.errors import InvalidManifest
from regnb.oci.descriptor import Descriptor
from regnb.oci.digest import Digest
from regnb.oci.json import as_list, as_text, as_texts, json_object


@dataclass(frozen=True)
class ImageManifest:
    """A manifest as its exact bytes, and what stands in them; layers oldest first."""

    content: bytes
    media_type: str
    config: Descriptor
    layers: tuple[Descriptor, ...]
    subject: Descriptor | None
    artifact_type: str
    annotations: dict[str, str]

    @classmethod
    def parse(cls, content: bytes, media_type: str) -> Self:
        """Manifest in `content`; raises InvalidManifest."""
        fields = json_object(content)
        if "config" not in fields:
            raise InvalidManifest("it has no config")
        layers = as_list(fields.get("layers"), "layers")
        subject = fields.get("subject")
        return cls(
            content=content,
            media_type=media_type,
            config=Descriptor.from_json(fields["config"]),
            layers=tuple(Descriptor.from_json(layer) for layer in layers),
            subject=Descriptor.from_json(subject) if subject else None,
            artifact_type=as_text(fields.get("artifactType"), "artifactType"),
            annotations=as_texts(fields.get("annotations"), "annotations"),
        )

    @cached_property
    def digest(self) -> Digest:
        """Digest of the exact bytes."""
        return Digest.of(self.content)

    @property
    def size(self) -> int:
        """Bytes that a pull transfers for config and layers."""
        return self.config.size + sum(layer.size for layer in self.layers)
