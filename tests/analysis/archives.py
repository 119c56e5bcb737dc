"""Layers made for one test."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from regnb.compression import zstd

COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": zstd.compress,
    "plain": bytes,
    "many gzip members": lambda data: b"".join(map(gzip.compress, pieces(data, 777))),
    "many zstd frames": lambda data: b"".join(map(zstd.compress, pieces(data, 777))),
}


@dataclass(frozen=True)
class Entry:
    """One entry to write: `kind` is tarfile's type."""

    name: str
    kind: bytes = tarfile.REGTYPE
    content: bytes = b""
    mode: int = 0o644
    link: str = ""


def tar_of(
    entries: Iterable[Entry],
    *,
    form: int = tarfile.PAX_FORMAT,
    pax_headers: dict[str, str] | None = None,
) -> bytes:
    """A tar as Python's library writes it."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=form, pax_headers=pax_headers) as archive:
        for entry in entries:
            info = tarfile.TarInfo(entry.name)
            info.type, info.mode, info.linkname = entry.kind, entry.mode, entry.link
            info.size, info.mtime = len(entry.content), 0
            archive.addfile(info, io.BytesIO(entry.content))
    return output.getvalue()


def header(name: str = "f", kind: bytes = b"0", size: bytes = b"0" * 11 + b"\0") -> bytes:
    """A header of which the size can say anything, its checksum right."""
    block = bytearray(512)
    block[: len(name)] = name.encode()
    block[100:108] = b"0000644\0"
    block[124:136] = size
    block[148:156] = b" " * 8
    block[156:157] = kind
    block[257:265] = b"ustar\x0000"
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """`data` in blocks of `size` bytes."""
    return (data[start : start + size] for start in range(0, len(data), size))
