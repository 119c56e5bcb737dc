"""The layers of the samples: tars made of files, and their gzips, made once and kept.

What zlib makes of the same bytes differs between its versions and those who build it, and the
digest of an image depends on it: so each gzip was made once and lies in `layers/`, under the digest
of its tar (`python -m tests.embedded.samples.record` makes those that are missing).
"""

from __future__ import annotations

import io
import tarfile
from functools import cache
from pathlib import Path, PurePosixPath

from regnb.embedded.samples.image_builder import BuiltLayer
from regnb.oci import Digest, Platform

FOLDER = Path(__file__).parent
FILES, LAYERS = FOLDER / "files", FOLDER / "layers"
_END_OF_ARCHIVE = 2 * tarfile.BLOCKSIZE
# One time for all files: images that share a step share its layer.
_MTIME = 1_767_225_600
# How Go, Debian and Alpine call an architecture.
_NAMES = {
    "amd64": ("amd64", "amd64", "x86_64"),
    "arm": ("arm", "armhf", "armv7"),
    "arm64": ("arm64", "arm64", "aarch64"),
}
_MARKS = (b"{architecture}", b"{debian}", b"{alpine}")


@cache
def layer_of(folders: tuple[str, ...], platform: Platform) -> BuiltLayer:
    """The layer with the files below `folders`, as they are for `platform`."""
    diff_id = Digest.of(tar_of(folders, platform))
    return BuiltLayer(gzip_of(diff_id).read_bytes(), diff_id)


def gzip_of(diff_id: Digest) -> Path:
    """The file that has the gzip of the tar with this digest."""
    return LAYERS / f"{diff_id.short}.tar.gz"


def tar_of(folders: tuple[str, ...], platform: Platform) -> bytes:
    """Tar of the files below `folders`, owned by root; what starts with `#!` is executable."""
    files = {
        PurePosixPath(path.relative_to(FILES / folder).as_posix()): _filled_in(path, platform)
        for folder in folders
        for path in (FILES / folder).rglob("*")
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


def _filled_in(path: Path, platform: Platform) -> bytes:
    content = path.read_bytes()
    for mark, name in zip(_MARKS, _NAMES[platform.architecture], strict=True):
        content = content.replace(mark, name.encode())
    return content


def _member(path: PurePosixPath, content: bytes | None) -> tarfile.TarInfo:
    member = tarfile.TarInfo(str(path))
    member.mtime = _MTIME
    if content is None:
        member.type, member.mode = tarfile.DIRTYPE, 0o755
    else:
        member.size = len(content)
        member.mode = 0o755 if content.startswith(b"#!") else 0o644
    return member
