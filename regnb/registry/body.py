"""Bodies of requests: from streams to blocks, and from blocks to a stream."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeAlias, runtime_checkable

from regnb.errors import SizeMismatch
from regnb.registry.transport import BLOCK_SIZE


@runtime_checkable
class Readable(Protocol):
    """A file, or what is read like one."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most `size`; empty at the end."""


# A file opened in binary mode, or blocks of bytes.
Stream: TypeAlias = Readable | Iterable[bytes]
# Called with the bytes handed over so far, before each block.
OnProgress: TypeAlias = Callable[[int], None]


class StreamFailed(Exception):
    """A body ended before its time; its `failure` says why."""


class SizedBody:
    """Blocks of `stream` that are `size` bytes in all, for one upload.

    Iterating raises StreamFailed, with the reason in `failure`: what `stream` raised, or a
    SizeMismatch before a byte too many is sent. Under its own name, the OSError of a file would be
    taken for one of the network.
    """

    def __init__(self, stream: Stream, size: int, on_progress: OnProgress | None = None) -> None:
        self.size = size
        self.failure: Exception | None = None
        self._blocks = _blocks(stream)
        self._on_progress = on_progress

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._checked()
        except Exception as error:
            self.failure = error
            raise StreamFailed from error

    def _checked(self) -> Iterator[bytes]:
        sent = 0
        for block in self._blocks:
            sent += len(block)
            if sent > self.size:
                raise SizeMismatch(self.size, sent)
            if self._on_progress:
                self._on_progress(sent)
            yield block
        if sent != self.size:
            raise SizeMismatch(self.size, sent)


def _blocks(stream: Stream) -> Iterator[bytes]:
    if isinstance(stream, Readable):
        return iter(lambda: stream.read(BLOCK_SIZE), b"")
    return iter(stream)


class BodyReader(io.RawIOBase):
    """Blocks as the unbuffered stream that `wsgi.input` is."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill some of `buffer`; 0 at the end."""
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count
