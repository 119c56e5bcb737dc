"""Hash everything again, and name what is wrong.

The seal of a file (see `regnb.content.seals`) shows that it was written to; only its digest shows
that the disk forgot a bit. What is wrong here is healed by pushing it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from regnb.content.seals import has_digest
from regnb.errors import InvalidDigest, InvalidManifest
from regnb.oci import Digest
from regnb.server.directory_storage import DirectoryStorage
from regnb.server.file_repository import FileRepository
from regnb.server.garbage_collection import read_manifest
from regnb.server.storage_interface import TagIndex, needs_of


@dataclass(frozen=True)
class Damage:
    """What is wrong: `kind` is `content`, `missing`, `unreadable`, `index` or `stray`."""

    repository: str
    kind: str
    subject: str


def scrub(storage: DirectoryStorage) -> Iterator[Damage]:
    """Yield each damage in the order of repositories; nothing is changed."""
    for repository in sorted(storage.all(), key=lambda item: item.name):
        yield from _damaged_files(repository)
        yield from _missing_parts(repository)


def _damaged_files(repository: FileRepository) -> Iterator[Damage]:
    for path in sorted((repository.path / "blobs").glob("*/*")):
        name = f"{path.parent.name}:{path.name}"
        try:
            if not has_digest(path, Digest(name)):
                yield Damage(repository.name, "content", name)
        except InvalidDigest:
            yield Damage(repository.name, "stray", str(path))
        except FileNotFoundError:
            continue
        except OSError:
            yield Damage(repository.name, "unreadable", name)


def _missing_parts(repository: FileRepository) -> Iterator[Damage]:
    try:
        index = TagIndex.parse((repository.path / "index.json").read_bytes())
    except (OSError, InvalidManifest):
        yield Damage(repository.name, "index", "index.json")
        return
    for digest in index.manifests:
        if not repository.blobs.path(digest).exists():
            yield Damage(repository.name, "missing", digest)
        manifest = read_manifest(repository, index, digest)
        for part in sorted(needs_of(manifest) if manifest else ()):
            if not repository.blobs.path(part).exists():
                yield Damage(repository.name, "missing", part)
