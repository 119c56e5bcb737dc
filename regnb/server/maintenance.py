"""What is done to a store beside serving it: garbage collection, and scrubbing.

Garbage collection removes the contents that nothing uses, also while pushes go on. Mark, then
sweep, one repository at a time and under its lock. A push that has sent its blobs and not yet its
manifest is not in danger: its blobs have leases (see `leases`). A manifest is stored under the same
lock, and finds either all its blobs or an error that makes its client push again.
https://distribution.github.io/distribution/about/garbage-collection/

Scrubbing hashes everything again, and names what is wrong. The seal of a file (see
`regnb.content.seals`) shows that it was written to; only its digest shows that the disk forgot a
bit. What is wrong is healed by pushing it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from regnb.content.seals import has_digest
from regnb.errors import InvalidDigest, InvalidManifest
from regnb.oci import Digest, ImageIndex, Manifest, parse_manifest
from regnb.server import leases
from regnb.server.directory_storage import DirectoryStorage
from regnb.server.file_repository import FileRepository
from regnb.server.storage_interface import TagIndex, needs_of


@dataclass(frozen=True)
class Garbage:
    """A content that nothing uses; `size` in bytes, `kind` is `manifest` or `blob`."""

    repository: str
    kind: str
    digest: Digest
    size: int


@dataclass(frozen=True)
class Rules:
    """How to collect.

    `delete_untagged` also removes manifests that no tag leads to, through an index or as a
    referrer. `dry_run` removes nothing. `lease_seconds` is how long a push may take from its first
    blob to its manifest.
    """

    delete_untagged: bool = False
    dry_run: bool = False
    lease_seconds: float = leases.SECONDS


def collect_garbage(storage: DirectoryStorage, rules: Rules | None = None) -> Iterator[Garbage]:
    """Remove what nothing uses, and yield each."""
    for repository in sorted(storage.all(), key=lambda item: item.name):
        with repository.locked():
            yield from _collect(repository, rules or Rules())


def _collect(repository: FileRepository, rules: Rules) -> Iterator[Garbage]:
    files = list(repository.blobs.files())
    claims = leases.claims(repository.leases, rules.lease_seconds)
    index = repository.tag_index()
    manifests = {digest: read_manifest(repository, index, digest) for digest in index.manifests}
    kept = _reachable(index, manifests) if rules.delete_untagged else set(manifests)
    if not rules.dry_run:
        _forget(repository, index, kept)
        _throw_away(repository, claims)
    used = kept.union(*(parts_of(manifests[digest]) for digest in kept))
    for digest, path in files:
        if digest in used or digest.hex in claims.leased:
            continue
        kind = "manifest" if digest in manifests else "blob"
        yield Garbage(repository.name, kind, digest, path.stat().st_size)
        if not rules.dry_run:
            _remove(repository, digest, is_seen=digest.hex in claims.seen)


def _forget(repository: FileRepository, index: TagIndex, kept: set[Digest]) -> None:
    lost = [digest for digest in index.manifests if digest not in kept]
    if lost:
        repository.write_index(index.without_manifests(lost))


def _throw_away(repository: FileRepository, claims: leases.Claims) -> None:
    """Remove what was put aside for pushes that have not come back for it."""
    for path in (repository.path / "aside").glob("*/*"):
        if path.name not in claims.seen:
            path.unlink(missing_ok=True)


def _remove(repository: FileRepository, digest: Digest, *, is_seen: bool) -> None:
    path = repository.blobs.path(digest)
    if is_seen:
        aside = repository.aside(digest)
        aside.parent.mkdir(parents=True, exist_ok=True)
        path.replace(aside)
    else:
        path.unlink(missing_ok=True)


def read_manifest(repository: FileRepository, index: TagIndex, digest: Digest) -> Manifest | None:
    """The manifest `digest` of `index`; None when it is damaged."""
    content = repository.get_manifest(digest)
    if content is None:
        return None
    try:
        return parse_manifest(content, index.manifests[digest].media_type)
    except InvalidManifest:
        return None


def parts_of(manifest: Manifest | None) -> set[Digest]:
    """Digests that a manifest names, without its subject."""
    if manifest is None:
        return set()
    if isinstance(manifest, ImageIndex):
        return {entry.digest for entry in manifest.manifests}
    return {manifest.config.digest, *(layer.digest for layer in manifest.layers)}


def _reachable(index: TagIndex, manifests: dict[Digest, Manifest | None]) -> set[Digest]:
    """Manifests with a tag, those that a reachable index lists, those about a reachable one."""
    found: set[Digest] = set()
    waiting = list(index.tags.values())
    while waiting:
        digest = waiting.pop()
        if digest in found or digest not in manifests:
            continue
        found.add(digest)
        waiting += parts_of(manifests[digest])
        waiting += [
            name
            for name, item in manifests.items()
            if item and item.subject and item.subject.digest == digest
        ]
    return found


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
