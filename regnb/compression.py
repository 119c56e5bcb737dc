"""The compressions of layers and of caches, by the best that there is: isal is optional."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any, cast

# https://peps.python.org/pep-0784/
if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["DAMAGE", "MAGIC_BYTES", "open_by_magic", "open_gzip", "unpacked", "zstd"]

open_gzip: Callable[[io.BufferedIOBase], io.BufferedIOBase]
_broken: type[Exception]

try:
    from isal import igzip, igzip_lib
except ImportError:  # the extra `fast` is not installed
    open_gzip, _broken = gzip.open, zlib.error
else:
    # Its stub calls the error an instance.
    open_gzip, _broken = igzip.open, cast("type[Exception]", igzip_lib.IsalError)

# https://docs.python.org/3/library/gzip.html#gzip.BadGzipFile and its kin: all are damage to us.
DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, zstd.ZstdError, _broken)
GZIP_MAGIC = b"\x1f\x8b"
# So many bytes tell the compression.
MAGIC_BYTES = 6
_BLOCK = 1 << 18
# Of which at most a thousand times as much comes out.
_PACKED_BLOCK = 1 << 14
_GZIP_FORMAT = 31


def open_by_magic(head: bytes, raw: io.BufferedReader[Any]) -> io.BufferedIOBase:
    """What `raw`, which begins with `head`, unpacks to; the first bytes tell, as in moby.

    https://github.com/moby/moby/blob/v28.5.2/vendor/github.com/moby/go-archive/compression/compression.go
    """
    if head.startswith(GZIP_MAGIC):
        return open_gzip(raw)
    # https://www.rfc-editor.org/rfc/rfc8878#name-skippable-frames
    if head.startswith(b"\x28\xb5\x2f\xfd") or (head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5):
        return zstd.open(raw)
    if head.startswith(b"\xfd7zXZ\0"):
        return lzma.open(raw)
    return bz2.open(raw) if head.startswith(b"BZh") else raw


def unpacked(file: io.BufferedReader[Any]) -> Iterator[bytes]:
    """Blocks of the layer in `file`, of any compression or none; raises one of DAMAGE."""
    head = file.peek(MAGIC_BYTES)
    if head.startswith(GZIP_MAGIC):
        yield from _members(file)
        return
    source = open_by_magic(head, file)
    while block := source.read(_BLOCK):
        yield block


def _members(file: io.BufferedReader[Any]) -> Iterator[bytes]:
    """The members of a gzip; bytes behind them that are none are left alone, as gzip does."""
    rest = file.read(_PACKED_BLOCK)
    while rest.startswith(GZIP_MAGIC):
        unpacker = zlib.decompressobj(_GZIP_FORMAT)
        while not unpacker.eof:
            if not rest:
                raise EOFError("the gzip ends too early")
            yield unpacker.decompress(rest)
            rest = unpacker.unused_data or file.read(_PACKED_BLOCK)
        if len(rest) < len(GZIP_MAGIC):
            rest += file.read(_PACKED_BLOCK)
