"""Files of a container: those of its volumes and folders, which is where a registry keeps all."""

from __future__ import annotations

import base64
import io
import json
import posixpath
import stat
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from werkzeug.wrappers import Response

from regnb.content.blobs import BLOCK
from regnb.embedded.api.call import Call, rule, without_type
from regnb.embedded.containers.mounts import host_path
from regnb.embedded.refusal import Refusal, bad_request

_DIRECTORY = 1 << 31  # of Go's file modes, https://pkg.go.dev/io/fs#FileMode


def get_archive(call: Call, name: str) -> Response:
    """https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Container/operation/ContainerArchive."""
    path, inside = _path(call, name)
    response = Response(_tar(path, inside), content_type="application/x-tar")
    response.headers["X-Docker-Container-Path-Stat"] = _status(path, inside)
    return response


def head_archive(call: Call, name: str) -> Response:
    """What is at the path, without its content."""
    response = without_type(Response())
    response.headers["X-Docker-Container-Path-Stat"] = _status(*_path(call, name))
    return response


def _path(call: Call, name: str) -> tuple[Path, str]:
    """Where the path that is asked for is on this machine, and its last name in the container."""
    text = call.text("path")
    if not text:
        raise bad_request("bad parameter: path cannot be empty")
    container = call.engine.containers.get(name)
    inside = call.engine.containers.folder(container) / "files"
    absolute = posixpath.normpath("/" + text.lstrip("/"))
    found = host_path(absolute, container.mounts, inside)
    if not found.exists():
        raise Refusal(404, f"Could not find the file {text} in container {name}")
    return found, posixpath.basename(absolute) or "/"


def _status(path: Path, name: str) -> str:
    status = path.stat()
    is_directory = stat.S_ISDIR(status.st_mode)
    value = {
        "name": name,
        "size": status.st_size,
        "mode": stat.S_IMODE(status.st_mode) | (_DIRECTORY if is_directory else 0),
        "mtime": datetime.fromtimestamp(status.st_mtime, UTC).isoformat(),
        "linkTarget": "",
    }
    return base64.b64encode(json.dumps(value).encode()).decode()


def _tar(root: Path, top: str) -> Iterator[bytes]:
    """The tar of `root`, in blocks; a registry may be writing: what has gone is left out."""
    with tarfile.open(fileobj=io.BytesIO(), mode="w") as archive:
        for path in [root, *sorted(root.rglob("*"))]:
            name = f"{top}/{path.relative_to(root)}" if path != root else top
            try:
                info = archive.gettarinfo(str(path), name)
                file = path.open("rb") if info.isreg() else None
            except OSError:
                continue
            yield info.tobuf()
            if file:
                with file:
                    yield from _content(file, info.size)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _content(file: io.BufferedReader, size: int) -> Iterator[bytes]:
    """Exactly the `size` bytes that the header tells, in whole blocks of the tar."""
    left = size
    while left and (block := file.read(min(BLOCK, left))):
        left -= len(block)
        yield block
    yield bytes(left + -size % tarfile.BLOCKSIZE)


RULES = [
    # A rule for GET would answer HEAD too: the first one that fits is taken.
    rule("HEAD", "/containers/<name>/archive", head_archive),
    rule("GET", "/containers/<name>/archive", get_archive),
]
