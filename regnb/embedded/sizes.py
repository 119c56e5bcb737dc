"""Sizes of layers as Docker tells them: unpacked.

A layer is unpacked once, when its size is first asked for, and the answer is kept.
"""

from __future__ import annotations

import json
import threading
import zlib
from pathlib import Path

from regnb.content.atomic_files import replace_file
from regnb.content.blobs import BLOCK, BlobFolder
from regnb.embedded.image_store import StoredImage
from regnb.oci import Descriptor

_GZIP = "gzip"
_GZIP_WINDOW = 31


class LayerSizes:
    """Unpacked sizes in bytes, kept in the file at `path`."""

    def __init__(self, path: Path, blobs: BlobFolder) -> None:
        self._path = path
        self._blobs = blobs
        self._lock = threading.Lock()
        self._known: dict[str, int] = json.loads(path.read_bytes()) if path.exists() else {}

    def size(self, layer: Descriptor) -> int:
        """Size of `layer` unpacked; the packed one for a compression that is not read here."""
        if not layer.media_type.endswith(_GZIP):
            return layer.size
        with self._lock:
            known = self._known.get(layer.digest)
            if known is None:
                known = self._known[layer.digest] = self._measure(layer)
                replace_file(self._path, json.dumps(self._known).encode())
            return known

    def size_of(self, image: StoredImage) -> int:
        """Size of all layers of `image`."""
        return sum(self.size(layer) for layer in image.manifest.layers)

    def _measure(self, layer: Descriptor) -> int:
        size = 0
        unpacker = zlib.decompressobj(_GZIP_WINDOW)
        with self._blobs.open(layer.digest) as file:
            rest = file.read(BLOCK)
            try:
                while rest:
                    size += len(unpacker.decompress(rest))
                    rest = unpacker.unused_data or file.read(BLOCK)
                    if unpacker.eof:  # a gzip may have several members
                        unpacker = zlib.decompressobj(_GZIP_WINDOW)
            except zlib.error:
                return max(size, layer.size)
        return size
