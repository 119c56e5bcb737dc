"""Tars and gzips whose bytes are the same on every machine and in every Python.

zlib's output differs between its builds, so the gzip has stored blocks only, written here:
https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4 and https://www.rfc-editor.org/rfc/rfc1952.
"""

from __future__ import annotations

import io
import struct
import tarfile
import zlib
from pathlib import Path, PurePosixPath

_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_MAX_STORED = 0xFFFF
_END_OF_ARCHIVE = 2 * tarfile.BLOCKSIZE
# One time for all files: images that share a step share its layer.
_MTIME = 1_767_225_600


def tar_of(folders: list[Path]) -> bytes:
    """Tar of the files below `folders`, owned by root; what starts with `#!` is executable."""
    files = {
        PurePosixPath(path.relative_to(folder).as_posix()): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }
    parents = {parent for path in files for parent in path.parents if parent.name}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(parents | files.keys()):
            tar.addfile(_member(path, files.get(path)), io.BytesIO(files.get(path, b"")))
        end = tar.offset
    # Without the zeros up to a record of 10,240 bytes, which would make all small layers equal.
    return buffer.getvalue()[: end + _END_OF_ARCHIVE]


def gzip_of(content: bytes) -> bytes:
    """Gzip that holds `content` as it is."""
    blocks = [content[at : at + _MAX_STORED] for at in range(0, len(content), _MAX_STORED)] or [b""]
    body = b"".join(_stored(block, final=block is blocks[-1]) for block in blocks)
    return _GZIP_HEADER + body + struct.pack("<II", zlib.crc32(content), len(content))


def _stored(block: bytes, *, final: bool) -> bytes:
    return struct.pack("<BHH", final, len(block), len(block) ^ 0xFFFF) + block


def _member(path: PurePosixPath, content: bytes | None) -> tarfile.TarInfo:
    member = tarfile.TarInfo(str(path))
    member.mtime = _MTIME
    if content is None:
        member.type, member.mode = tarfile.DIRTYPE, 0o755
    else:
        member.size = len(content)
        member.mode = 0o755 if content.startswith(b"#!") else 0o644
    return member
