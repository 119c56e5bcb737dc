"""Layers whose bytes depend on nothing but the files in them."""

from __future__ import annotations

import gzip
import io
import tarfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

PROGRAM = 0o755
DOCUMENT = 0o644
ANYONE = 0o1777


@dataclass
class Tree:
    """Files of one layer, all owned by root and dated `time` (seconds since 1970)."""

    time: int
    _members: dict[str, tuple[tarfile.TarInfo, bytes]] = field(default_factory=dict)

    def folder(self, path: str, *, mode: int = PROGRAM) -> None:
        """Add a folder, and those above it."""
        self._add(path, tarfile.DIRTYPE, mode=mode)

    def file(self, path: str, content: bytes | str, *, mode: int = DOCUMENT) -> None:
        """Add a file with `content`."""
        data = content.encode() if isinstance(content, str) else content
        self._add(path, tarfile.REGTYPE, mode=mode, content=data)

    def copy(self, source: Path, path: str | None = None) -> None:
        """Add a file of this machine, under its own path unless told otherwise."""
        self.file(path or str(source), source.read_bytes(), mode=source.stat().st_mode & 0o777)

    def link(self, path: str, target: str) -> None:
        """Add a symbolic link to `target`."""
        self._add(path, tarfile.SYMTYPE, mode=0o777, target=target)

    def delete(self, path: str) -> None:
        """Hide a file of an older layer, by a whiteout."""
        folder, _, name = path.rpartition("/")
        self.file(f"{folder}/.wh.{name}", b"")

    def tar(self) -> bytes:
        """The layer as a tar."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for _, (member, content) in sorted(self._members.items()):
                tar.addfile(member, io.BytesIO(content))
        return buffer.getvalue()

    def _add(
        self, path: str, kind: bytes, *, mode: int, content: bytes = b"", target: str = ""
    ) -> None:
        name = path.strip("/")
        for parent in PurePosixPath(name).parents:
            if parent.name and str(parent) not in self._members:
                self.folder(str(parent))
        member = tarfile.TarInfo(name)
        member.type, member.mode, member.linkname = kind, mode, target
        member.mtime, member.size = self.time, len(content)
        self._members[name] = (member, content)


def compressed(tar: bytes) -> bytes:
    """The layer as it travels."""
    return gzip.compress(tar, compresslevel=6, mtime=0)
