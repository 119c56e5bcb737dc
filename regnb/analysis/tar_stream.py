"""A decompressed tar read forward, in little memory whatever it says of itself."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from regnb import compression
from regnb.errors import InvalidLayer
from regnb.registry.body import BodyReader

TAR_BLOCK = 512
_BUFFER = 1 << 18
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"


class TarStream:
    """Bytes of a tar out of the blocks of a layer, which are gzip, zstd or plain.

    The compression is told by the first bytes: media types are wrong too often. Raises
    InvalidLayer for damage, and when more than `limit` bytes come out.
    """

    def __init__(self, blocks: Iterable[bytes], limit: int) -> None:
        self._limit = limit
        self._source = _opened(blocks)
        self._space = bytearray(_BUFFER)
        self._start = self._end = self._taken = 0

    def read(self, size: int) -> bytes:
        """The next `size` bytes; fewer at the end."""
        parts = []
        while size:
            if self._start == self._end and not self._fill():
                break
            count = min(size, self._end - self._start)
            parts.append(self._space[self._start : self._start + count])
            self._start += count
            size -= count
        return bytes(parts[0]) if len(parts) == 1 else b"".join(parts)

    def skip(self, size: int) -> None:
        """Leave out `size` bytes; raises InvalidLayer when there are fewer."""
        while size:
            if self._start == self._end and not self._fill():
                raise InvalidLayer("cut_short")
            count = min(size, self._end - self._start)
            self._start += count
            size -= count

    def _fill(self) -> int:
        try:
            self._end = self._source.readinto(self._space)
        except compression.DAMAGE as error:
            raise InvalidLayer("damaged") from error
        self._start = 0
        self._taken += self._end
        if self._taken > self._limit:
            raise InvalidLayer("too_large")
        return self._end


def _opened(blocks: Iterable[bytes]) -> io.BufferedIOBase:
    raw = io.BufferedReader(BodyReader(_not_empty(blocks)), _BUFFER)
    head = raw.peek(4)[:4]
    if head.startswith(_GZIP):
        return compression.open_gzip(raw)
    return compression.zstd.open(raw) if head == _ZSTD else raw


def _not_empty(blocks: Iterable[bytes]) -> Iterator[bytes]:
    return (block for block in blocks if block)
