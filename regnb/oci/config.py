"""Image configs: platform, command, history and diff IDs; and the layers that they tell of.

https://github.com/opencontainers/image-spec/blob/main/config.md
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Self

from regnb.oci.descriptor import Descriptor
from regnb.oci.digest import Digest
from regnb.oci.json import Json, as_list, as_object, as_text, as_texts, json_object
from regnb.oci.manifest import ImageManifest
from regnb.oci.platform import Platform


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One instruction of the build; `empty_layer` when it changed no file."""

    created_by: str
    empty_layer: bool = False
    created: datetime | None = None

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Entry in its JSON form."""
        fields = as_object(value, "a history entry")
        return cls(
            created_by=as_text(fields.get("created_by"), "created_by"),
            empty_layer=fields.get("empty_layer") is True,
            created=parse_time(as_text(fields.get("created"), "created")),
        )


@dataclass(frozen=True)
class ImageConfig:
    """A config as its exact bytes, and what stands in them; diff IDs oldest first."""

    content: bytes
    platform: Platform
    created: datetime | None
    diff_ids: tuple[str, ...]
    history: tuple[HistoryEntry, ...]
    execution: Json
    labels: dict[str, str]

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Config in `content`; raises InvalidManifest."""
        fields = json_object(content)
        rootfs = as_object(fields.get("rootfs") or {}, "rootfs")
        execution = as_object(fields.get("config") or {}, "config")
        return cls(
            content=content,
            platform=Platform.from_json(fields),
            created=parse_time(as_text(fields.get("created"), "created")),
            diff_ids=tuple(as_text(item, "diff_ids") for item in _list(rootfs, "diff_ids")),
            history=tuple(HistoryEntry.from_json(item) for item in _list(fields, "history")),
            execution=execution,
            labels=as_texts(execution.get("Labels"), "Labels"),
        )

    @cached_property
    def digest(self) -> Digest:
        """Digest of the exact bytes: the image ID of an engine with the classic store."""
        return Digest.of(self.content)


def parse_time(text: str) -> datetime | None:
    """Aware UTC time written as RFC 3339, also with Go's nanoseconds; None when it is no time."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _list(fields: Json, name: str) -> list[object]:
    return as_list(fields.get(name), name)


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of an image.

    `digest` is of the compressed blob that travels, `diff_id` of the uncompressed tar; `size` is
    compressed, in bytes. `created_by` is empty when the config's history does not tell.
    """

    descriptor: Descriptor
    diff_id: str
    created_by: str

    @property
    def digest(self) -> Digest:
        """Digest of the compressed blob."""
        return self.descriptor.digest

    @property
    def size(self) -> int:
        """Compressed size in bytes."""
        return self.descriptor.size

    @property
    def media_type(self) -> str:
        """Media type of the blob, which tells the compression."""
        return self.descriptor.media_type


def layers_of(manifest: ImageManifest, config: ImageConfig) -> list[Layer]:
    """Layers, oldest first, aligned with the history by skipping its `empty_layer` entries.

    A history that tells more or fewer layers than the manifest has cannot be aligned: then the
    instructions stay empty, rather than stand beside the wrong layer.
    """
    instructions = [entry.created_by for entry in config.history if not entry.empty_layer]
    if len(instructions) != len(manifest.layers):
        instructions = [""] * len(manifest.layers)
    diff_ids = config.diff_ids
    if len(diff_ids) != len(manifest.layers):
        diff_ids = ("",) * len(manifest.layers)
    rows = zip(manifest.layers, diff_ids, instructions, strict=True)
    return [Layer(descriptor, diff_id, text) for descriptor, diff_id, text in rows]
