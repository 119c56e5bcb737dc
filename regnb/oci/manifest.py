"""Manifests of images, and indexes, which list manifests, mostly one per platform.

A manifest names one config and an ordered list of layers.

https://github.com/opencontainers/image-spec/blob/main/manifest.md
https://github.com/opencontainers/image-spec/blob/main/image-index.md
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self, TypeAlias

from regnb.errors import InvalidManifest
from regnb.oci import media_types
from regnb.oci.descriptor import MAX_SIZE, Descriptor
from regnb.oci.digest import Digest
from regnb.oci.json import Json, as_list, as_text, as_texts, json_object
from regnb.oci.platform import Platform

SCHEMA_VERSION = 2


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
        fields = _document(content, "manifests")
        if "config" not in fields:
            raise InvalidManifest("it has no config")
        layers = as_list(fields.get("layers"), "layers")
        subject = fields.get("subject")
        parsed = cls(
            content=content,
            media_type=media_type,
            config=Descriptor.from_json(fields["config"]),
            layers=tuple(Descriptor.from_json(layer) for layer in layers),
            subject=Descriptor.from_json(subject) if subject else None,
            artifact_type=as_text(fields.get("artifactType"), "artifactType"),
            annotations=as_texts(fields.get("annotations"), "annotations"),
        )
        if parsed.size > MAX_SIZE:
            raise InvalidManifest("its sizes are too large together")
        return parsed

    @cached_property
    def digest(self) -> Digest:
        """Digest of the exact bytes."""
        return Digest.of(self.content)

    @property
    def digests(self) -> list[Digest]:
        """Digests of the layers."""
        return [layer.digest for layer in self.layers]

    @property
    def size(self) -> int:
        """Bytes that a pull transfers for config and layers."""
        return self.config.size + sum(layer.size for layer in self.layers)

    @property
    def foreign_type(self) -> str:
        """What tells that it is an artifact and no container image; empty for an image.

        A signature of cosign has the config of an image, and a layer that is no archive.
        """
        if not media_types.is_config(self.config.media_type):
            return self.artifact_type or self.config.media_type
        kinds = (layer.media_type for layer in self.layers)
        return next((kind for kind in kinds if not media_types.is_layer(kind)), "")


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
        fields = _document(content, "layers", "config")
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
        """The entries that are images, without build attestations and blobs."""
        blobs = self.blobs
        return tuple(
            entry for entry in self.manifests if not entry.is_attestation and entry not in blobs
        )

    @property
    def blobs(self) -> tuple[Descriptor, ...]:
        """The entries that are no manifests, but contents themselves."""
        return tuple(
            entry
            for entry in self.manifests
            if media_types.is_blob(entry.media_type)
            and not (entry.platform or entry.is_attestation)
        )

    def image_for(self, platform: Platform) -> Descriptor | None:
        """The image for `platform`, else one that runs there too; None when there is none."""
        known = [(one, one.platform.normalized()) for one in self.images if one.platform]
        fitting = (one for wanted in platform.fallbacks() for one, own in known if own == wanted)
        return next(fitting, None)

    def best_for(self, platform: Platform) -> Descriptor | None:
        """What to look at on `platform`: its image, else the first; None without images."""
        return self.image_for(platform) or next(iter(self.images), None)


Manifest: TypeAlias = ImageManifest | ImageIndex


def parse_manifest(content: bytes, media_type: str = "") -> Manifest:
    """Manifest or index in `content`.

    The media type is the one given (the Content-Type of an answer), else the one inside, else
    guessed from the fields, since old OCI manifests carry none. Raises InvalidManifest.
    """
    media_type = media_type.partition(";")[0].strip()
    if media_type not in media_types.MANIFESTS | media_types.INDEXES:
        media_type = _stated_or_guessed(content)
    if media_types.is_index(media_type):
        return ImageIndex.parse(content, media_type)
    return ImageManifest.parse(content, media_type)


def _document(content: bytes, *foreign: str) -> Json:
    """The fields of a manifest or an index, which has none that only the other has.

    https://github.com/opencontainers/image-spec/security/advisories/GHSA-77vh-xpmg-72qh
    """
    fields = json_object(content)
    version = fields.get("schemaVersion")
    if type(version) is not int or version != SCHEMA_VERSION:
        raise InvalidManifest(f"its schemaVersion is not {SCHEMA_VERSION}")
    if any(name in fields for name in foreign):
        raise InvalidManifest("it is both a manifest and an index")
    return fields


def _stated_or_guessed(content: bytes) -> str:
    fields = json_object(content)
    stated = as_text(fields.get("mediaType"), "mediaType")
    if stated in media_types.MANIFESTS | media_types.INDEXES:
        return stated
    if stated or fields.get("schemaVersion") == 1:
        raise InvalidManifest(f"`{stated or 'schema 1'}` is no type of manifest that is read here")
    return media_types.OCI_INDEX if "manifests" in fields else media_types.OCI_MANIFEST
