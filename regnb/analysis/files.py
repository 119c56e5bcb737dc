"""The files of an image, layer by layer, read while the layers stream; no layer is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regnb.analysis.changes import Change, FileSystem
from regnb.analysis.layer_files import read_layer
from regnb.analysis.waste import Waste
from regnb.oci import Layer
from regnb.registry import RegistryClient


@dataclass(frozen=True, slots=True)
class LayerChanges:
    """What one layer changes, sorted by path."""

    layer: Layer
    changes: tuple[Change, ...]

    @property
    def size(self) -> int:
        """Bytes of its files, unpacked."""
        return sum(change.size for change in self.changes)

    def count(self, state: str) -> int:
        """How many entries are `state`."""
        return sum(change.state == state for change in self.changes)


@dataclass(frozen=True)
class ImageFiles:
    """The layers, oldest first; `visible` are the bytes of the files that a container sees."""

    layers: tuple[LayerChanges, ...]
    waste: Waste
    visible: int

    @property
    def hidden(self) -> int:
        """Bytes in the layers that no container sees: files that were replaced or deleted."""
        return self.waste.stored_bytes - self.visible


def image_files(client: RegistryClient, repository: str, layers: Sequence[Layer]) -> ImageFiles:
    """What `layers` hold, oldest first. Raises InvalidLayer, BlobNotFound, DigestMismatch."""
    files = FileSystem()
    found = [
        LayerChanges(
            layer, tuple(files.stack(read_layer(client.stream_blob(repository, layer.digest))))
        )
        for layer in layers
    ]
    return ImageFiles(tuple(found), files.waste, files.size)
