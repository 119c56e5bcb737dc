"""The files of a layer, read while the blob streams.

https://github.com/opencontainers/image-spec/blob/main/layer.md
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from regnb.analysis.tar import Header, TarStream, read_headers
from regnb.errors import InvalidLayer

FILE, DIRECTORY, SYMLINK, HARD_LINK = "file", "directory", "symlink", "hard_link"
CHARACTER, BLOCK, FIFO = "character_device", "block_device", "fifo"
# Not in the file system: they say what of the layers below is gone.
WHITEOUT, OPAQUE = "whiteout", "opaque"
# Entries of AUFS's own, which engines skip.
METADATA = "metadata"

MAX_BYTES = 1 << 36
MAX_FILES = 2_000_000

_KINDS = {
    b"1": HARD_LINK,
    b"2": SYMLINK,
    b"3": CHARACTER,
    b"4": BLOCK,
    b"5": DIRECTORY,
    b"6": FIFO,
}
# Of before POSIX, when a slash behind the name told a directory.
_OLDEST = b"\0"
_WHITEOUT = ".wh."
_METADATA = ".wh..wh."
_OPAQUE = ".wh..wh..opq"


@dataclass(frozen=True, slots=True)
class LayerFile:
    """One entry of a layer.

    `path` is without a slash in front or behind, the root is `.`; of a whiteout it is the path that
    the layer hides, of an opaque one the directory whose contents below are hidden. `size` is in
    bytes (0 but for files), `mode` the permission bits, `link_target` as it is written.
    """

    path: str
    kind: str
    size: int
    mode: int
    link_target: str = ""

    @property
    def is_outside(self) -> bool:
        """Whether the path leads out of the layer, as only hostile archives have it."""
        return self.path == ".." or self.path.startswith("../")


def read_layer(
    blocks: Iterable[bytes], *, max_bytes: int = MAX_BYTES, max_files: int = MAX_FILES
) -> Iterator[LayerFile]:
    """The entries of the layer in `blocks` (of `stream_blob`, or of a file), in their order.

    gzip, zstd and plain tar; memory stays the same however large the layer is, and nothing is
    written. `blocks` is read to its end, so that what checks it there is heard. Raises
    InvalidLayer, after the entries before the damage, also when there are more than `max_files`
    or `max_bytes` (decompressed).
    """
    source = iter(blocks)
    for number, header in enumerate(read_headers(TarStream(source, max_bytes))):
        if number >= max_files:
            raise InvalidLayer("too_large")
        yield _file(header)
    for _ in source:
        pass


def _file(header: Header) -> LayerFile:
    # Engines put an absolute path below the root as well.
    path = posixpath.normpath(header.name.lstrip("/") or ".")
    kind = _KINDS.get(header.type, FILE)
    if header.type == _OLDEST and header.name.endswith("/"):
        kind = DIRECTORY
    folder, name = posixpath.split(path)
    if name.startswith(_WHITEOUT):
        kind, path = _hidden(folder, name, path)
    size = header.size if kind == FILE else 0
    return LayerFile(path, kind, size, header.mode, header.link)


def _hidden(folder: str, name: str, path: str) -> tuple[str, str]:
    if name == _OPAQUE:
        return OPAQUE, folder or "."
    if name.startswith(_METADATA):
        return METADATA, path
    return WHITEOUT, posixpath.join(folder, name.removeprefix(_WHITEOUT))
