"""Layers of an image: each blob with the instruction that made it."""

from __future__ import annotations

from dataclasses import dataclass

from regnb.oci.config import ImageConfig
from regnb.oci.descriptor import Descriptor
from regnb.oci.digest import Digest
from regnb.oci.manifest import ImageManifest


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
