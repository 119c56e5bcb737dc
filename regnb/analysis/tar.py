"""A decompressed tar read forward, in little memory whatever it says of itself.

Its headers are ustar, and what GNU and POSIX put in front of a header that is too small.

https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13
https://www.gnu.org/software/tar/manual/html_node/Standard.html

The library's tarfile reads headers of any announced size into memory, keeps every entry, and takes
a multiple of the time.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

from regnb import compression
from regnb.errors import InvalidLayer
from regnb.registry.transport import BodyReader

TAR_BLOCK = 512
_BUFFER = 1 << 18
# Go's archive/tar, which made most layers, reads no more either.
_MAX_EXTENSION = 1 << 20
_NOTHING = bytes(TAR_BLOCK)
_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL, _SPARSE = b"L", b"K", b"x", b"g", b"S"
_EXTENSIONS = frozenset({_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL})
_SPARSE_SIZES = ("GNU.sparse.size", "GNU.sparse.realsize")
_KEYS = frozenset({"path", "linkpath", "size", "GNU.sparse.name", *_SPARSE_SIZES})
# Types with no content even where the header tells a size.
_NO_CONTENT = frozenset(b"123456"[i : i + 1] for i in range(6))


class TarStream:
    """Bytes of a tar out of the blocks of a layer, which are compressed or plain.

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
    rest = iter(blocks)
    head = b""
    while len(head) < compression.MAGIC_BYTES and (block := next(rest, None)) is not None:
        head += block
    raw = io.BufferedReader(BodyReader(chain([head], rest)), _BUFFER)
    return compression.open_by_magic(head, raw)


@dataclass(slots=True)
class Header:
    """One entry as its header tells it; `size` in bytes of the file, `stored` of what follows."""

    name: str
    type: bytes
    mode: int
    size: int
    stored: int
    link: str


def read_headers(stream: TarStream) -> Iterator[Header]:
    """Each entry in its order; contents are skipped. Raises InvalidLayer."""
    extended: dict[str, str] = {}
    while block := stream.read(TAR_BLOCK):
        if block == _NOTHING:
            return
        header = _parsed(block)
        if header.type in _EXTENSIONS:
            content = _content(stream, header)
            if header.type != _PAX_GLOBAL:
                extended.update(_extension(header.type, content))
            continue
        _apply(extended, header)
        extended = {}
        if header.type == _SPARSE:
            _skip_sparse_map(stream, block)
        yield header
        stream.skip(_padded(header.stored))


def _parsed(block: bytes) -> Header:
    if len(block) < TAR_BLOCK:
        raise InvalidLayer("cut_short")
    if not _sum_is_right(block):
        raise InvalidLayer("no_tar")
    name, kind = _text(block[:100]), block[156:157]
    if block[257:263] == b"ustar\0" and (prefix := _text(block[345:500])):
        name = f"{prefix}/{name}"
    size = stored = _number(block[124:136])
    if kind == _SPARSE:
        size = _number(block[483:495])
    if kind in _NO_CONTENT:
        size = stored = 0
    return Header(name, kind, _number(block[100:108]) & 0o7777, size, stored, _text(block[157:257]))


def _sum_is_right(block: bytes) -> bool:
    """The sum of all bytes, its own field counted as spaces; old programs took bytes as signed."""
    told, total = _number(block[148:156]), sum(block) - sum(block[148:156]) + 256
    return told == total or told == total - 256 * sum(byte > 127 for byte in block)


def _number(field: bytes) -> int:
    """Octal digits, or GNU's bytes after a high bit; raises InvalidLayer."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    text = field.partition(b"\0")[0].strip(b" ")
    if text.isdigit():
        with suppress(ValueError):
            return int(text, 8)
    if text:
        raise InvalidLayer("no_tar")
    return 0


def _text(field: bytes) -> str:
    """The text of a name, which is bytes: what is no UTF-8 is shown in hex, not lost."""
    return field.partition(b"\0")[0].decode("utf-8", "backslashreplace")


def _content(stream: TarStream, header: Header) -> bytes:
    if header.stored > _MAX_EXTENSION:
        raise InvalidLayer("huge_header")
    content = stream.read(header.stored)
    if len(content) < header.stored:
        raise InvalidLayer("cut_short")
    stream.skip(_padded(header.stored) - header.stored)
    return content


def _extension(kind: bytes, content: bytes) -> dict[str, str]:
    if kind == _PAX:
        return {key: value for key, value in _records(content) if key in _KEYS}
    return {"path" if kind == _LONG_NAME else "linkpath": _text(content)}


def _records(content: bytes) -> Iterator[tuple[str, str]]:
    """The records of a POSIX header, `LENGTH KEY=VALUE` and the end of a line."""
    start = 0
    while start < len(content) and content[start]:
        space = content.find(b" ", start, start + 8)
        length = content[start:space]
        end = start + int(length) if space > start and length.isdigit() else 0
        record = content[space + 1 : end]
        key, mark, value = record[:-1].partition(b"=")
        if not mark or end > len(content) or record[-1:] != b"\n":
            raise InvalidLayer("no_tar")
        yield _text(key), _text(value)
        start = end


def _apply(extended: dict[str, str], header: Header) -> None:
    header.name = extended.get("path") or header.name
    header.link = extended.get("linkpath") or header.link
    if "size" in extended and header.type not in _NO_CONTENT:
        header.size = header.stored = _decimal(extended["size"])
    # https://www.gnu.org/software/tar/manual/html_node/PAX-0.html and those after it
    header.name = extended.get("GNU.sparse.name") or header.name
    for key in _SPARSE_SIZES:
        if key in extended:
            header.size = _decimal(extended[key])


def _decimal(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise InvalidLayer("no_tar")
    return int(text)


def _skip_sparse_map(stream: TarStream, block: bytes) -> None:
    """GNU's old sparse files continue their map in blocks of its own."""
    more, blocks = block[482], 0
    while more:
        block = stream.read(TAR_BLOCK)
        blocks += 1
        if len(block) < TAR_BLOCK:
            raise InvalidLayer("cut_short")
        if blocks * TAR_BLOCK > _MAX_EXTENSION:
            raise InvalidLayer("huge_header")
        more = block[504]


def _padded(size: int) -> int:
    return -(-size // TAR_BLOCK) * TAR_BLOCK
