"""The files in which a registry keeps its content, and what each of them is.

Two layouts are read: Distribution's, where a blob is one file for all repositories and everything
else is a small file that names one (`link`), and the OCI image layouts of regnb's own registry,
where a blob has a name in each repository that uses it.

https://github.com/distribution/distribution/blob/main/registry/storage/paths.go
https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import IO, Literal

from regnb.oci import Digest, Hasher, ImageManifest
from regnb.registry.transport import BodyReader

Kind = Literal["blob", "tag", "manifest", "layer", "index", "upload", "other"]
_SMALL = 4 << 20
_BLOCK = 1 << 20

_BLOB = re.compile(r"docker/registry/v2/blobs/(\w+)/\w\w/([0-9a-f]+)/data")
_LINK = re.compile(r"docker/registry/v2/repositories/(?P<repository>.+?)/(?P<rest>_.+)/link")
_TAG = re.compile(r"_manifests/tags/(?P<tag>[^/]+)/current")
_OWN_BLOB = re.compile(r"repositories/(?P<repository>[^/]+)/blobs/(\w+)/([0-9a-f]+)")
_OWN_INDEX = re.compile(r"repositories/(?P<repository>[^/]+)/index\.json")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the store; `size` in bytes, `path` from the root of the store.

    `digest` is that of the content for a `blob`, and the one that is named for a `tag`, `manifest`
    or `layer`; `content` is kept of small files only. A `blob` that is `same_as` another file takes
    no room of its own. `is_whole` says whether the content of a `blob` has its digest; None where
    it is not a blob, or was not read.
    """

    path: str
    kind: Kind
    size: int
    digest: Digest | None = None
    repository: str = ""
    tag: str = ""
    content: bytes = b""
    same_as: str = ""
    is_whole: bool | None = None


def read_store(blocks: Iterable[bytes]) -> Iterator[StoredFile]:
    """The files in the tar `blocks`, whose first folder is the root of the store."""
    reader = BodyReader(blocks)
    with tarfile.open(fileobj=reader, mode="r|") as archive:
        for member in archive:
            path = member.name.partition("/")[2]
            if member.isfile():
                yield _read_file(path, member.size, archive.extractfile(member))
            elif member.islnk():
                same_as = member.linkname.partition("/")[2]
                yield stored_file(path, 0, same_as=same_as)


def stored_file(path: str, size: int, content: bytes = b"", *, same_as: str = "") -> StoredFile:
    """The file at `path`, recognised by its path."""
    if match := _BLOB.fullmatch(path):
        digest = Digest(f"{match[1]}:{match[2]}")
        return StoredFile(path, "blob", size, digest, content=content, same_as=same_as)
    if match := _OWN_BLOB.fullmatch(path):
        repository = match["repository"].replace("+", "/")
        digest = Digest(f"{match[2]}:{match[3]}")
        return StoredFile(path, "blob", size, digest, repository, content=content, same_as=same_as)
    if match := _OWN_INDEX.fullmatch(path):
        repository = match["repository"].replace("+", "/")
        return StoredFile(path, "index", size, repository=repository, content=content)
    if match := _LINK.fullmatch(path):
        return _link(path, size, content, match)
    is_upload = "/_uploads/" in path or path.startswith("uploads/")
    return StoredFile(path, "upload" if is_upload else "other", size)


def _link(path: str, size: int, content: bytes, match: re.Match[str]) -> StoredFile:
    digest = Digest(content.decode().strip()) if content else None
    repository, rest = match["repository"], match["rest"]
    if tag := _TAG.fullmatch(rest):
        return StoredFile(path, "tag", size, digest, repository, tag["tag"], content)
    if rest.startswith("_manifests/revisions/"):
        return StoredFile(path, "manifest", size, digest, repository, content=content)
    if rest.startswith("_layers/"):
        return StoredFile(path, "layer", size, digest, repository, content=content)
    return StoredFile(path, "other", size, digest, repository, content=content)


def _read_file(path: str, size: int, file: IO[bytes] | None) -> StoredFile:
    """The file, read to its end; a large one is a layer, and nothing is kept of its content."""
    start = file.read(_SMALL + 1) if file else b""
    found = stored_file(path, size, start if len(start) <= _SMALL else b"")
    if file is None or found.digest is None or found.kind != "blob":
        return found
    hasher = Hasher(found.digest.algorithm)
    hasher.update(start)
    while block := file.read(_BLOCK):
        hasher.update(block)
    return replace(found, is_whole=hasher.digest == found.digest)


@dataclass(frozen=True, slots=True)
class Stop:
    """A file on the way from a tag to a layer; `leads_to` is the digest that it names or has.

    `is_whole` says whether the content of a blob has that digest; None where it is not a blob.
    """

    kind: Kind
    path: str
    leads_to: Digest
    is_whole: bool | None = None


def trail(
    files: Iterable[StoredFile], repository: str, tag: str, manifest: ImageManifest, layer: Digest
) -> list[Stop]:
    """The files that lead from `tag` to the content of `layer`, in the order of a pull."""
    found = list(files)
    stops: list[Stop] = []
    for file in found:
        is_tag = file.kind == "tag" and (file.repository, file.tag) == (repository, tag)
        if is_tag or (file.kind == "index" and file.repository == repository):
            stops.append(Stop(file.kind, file.path, manifest.digest))
    for kind, digest in (("manifest", manifest.digest), ("layer", layer)):
        stops += [
            Stop(file.kind, file.path, digest)
            for file in found
            if file.kind == kind and (file.repository, file.digest) == (repository, digest)
        ]
        stops += _contents(found, repository, digest)
    return stops


def _contents(files: Iterable[StoredFile], repository: str, digest: Digest) -> list[Stop]:
    return [
        Stop("blob", file.path, digest, file.is_whole)
        for file in files
        if file.kind == "blob" and file.digest == digest and file.repository in {"", repository}
    ]
