"""Reads one tag: asks the registry for what the cache does not have, and for nothing else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from regnb.errors import InvalidManifest, RegistryUnreachable, RegnbError, TooManyRequests
from regnb.inventory.cache import ContentCache, Kept, LastSeen
from regnb.inventory.contents import Child, ConfigFacts, TagContents, TagFacts, facts_of
from regnb.inventory.throttle import Throttle
from regnb.oci import Descriptor, Digest, ImageIndex, ImageManifest, Manifest
from regnb.oci.manifest import parse_manifest
from regnb.oci.media_types import is_config
from regnb.registry import RegistryClient

_CONFIG_LIMIT = 4 << 20
_MAX_CHILDREN = 1000
_MAX_DEPTH = 4
# https://docs.docker.com/docker-hub/usage/pulls/: a GET counts, a HEAD does not.
_QUOTA = "RateLimit-Limit"
# These concern all that comes after as well.
GENERAL = (TooManyRequests, RegistryUnreachable)
# Two tags of one image often come one after the other: the second waits for what the first finds.
# As many images as this are told apart.
_LOCKS = 256
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Reduction(Generic[R]):
    """What is made of a tag, in the thread that has read it, so that little waits elsewhere.

    `of` gives the result of what was read; `known` that for a repository, a tag and its digest,
    when it was read before; `fresh` those of the tags of a registry's repository that were asked
    for since a moment. `wants_configs` says whether the configs of the images are read too.
    """

    of: Callable[[TagContents], R]
    known: Callable[[str, str, Digest], R | None]
    fresh: Callable[[str, str, float], Mapping[str, R]]
    wants_configs: bool


def as_contents() -> Reduction[TagContents]:
    """The contents themselves, without configs: the reader finds their manifests in the cache."""
    return Reduction(lambda contents: contents, lambda *_: None, lambda *_: {}, wants_configs=False)


def as_facts(cache: ContentCache) -> Reduction[TagFacts]:
    """Rows of the inventory; those of tags that were read in whole stay in the cache."""

    def of(contents: TagContents) -> TagFacts:
        facts = facts_of(contents)
        if contents.root and not facts.problem:
            cache.put_facts(contents.root.digest, facts)
        return facts

    return Reduction(of, cache.facts, cache.rows, wants_configs=True)


class TagReader(Generic[R]):
    """Reads tags of one registry, as `reduction` has it; safe to use from several threads."""

    def __init__(
        self,
        client: RegistryClient,
        cache: ContentCache,
        throttle: Throttle,
        reduction: Reduction[R],
        *,
        max_age: float,
    ) -> None:
        self._client = client
        self._cache = cache
        self._throttle = throttle
        self._max_age = max_age
        self._reduction = reduction
        self._has_quota = False
        self._locks = [threading.Lock() for _ in range(_LOCKS)]

    def read(self, repository: str, tag: str, last: LastSeen | None) -> R:
        """What `tag` leads to, or what went wrong; `last` is what it was when it was asked for."""
        try:
            return self._asked(repository, tag, last)
        except RegnbError as error:
            return self._reduction.of(TagContents(repository, tag, problem=error))

    def _asked(self, repository: str, tag: str, last: LastSeen | None) -> R:
        now = time.time()
        if last and now - last.asked < self._max_age:
            row = self._kept(repository, tag, last.digest)
            if row is not None:
                return row
        if last or self._has_quota:
            head = self._throttle.call(lambda: self._client.ask_manifest(repository, tag))
            row = self._kept(repository, tag, head.digest) if head.digest else None
            if head.digest and row is not None:
                self._remember(repository, tag, head.digest, now)
                return row
        found = self._throttle.call(lambda: self._client.fetch_manifest(repository, tag))
        self._has_quota = self._has_quota or _QUOTA in found.headers
        kept = Kept(found.content, found.media_type)
        root = _parsed(kept)
        self._cache.put(root.digest, kept)
        self._remember(repository, tag, root.digest, now)
        return self._whole(repository, tag, root)

    def _kept(self, repository: str, tag: str, digest: Digest) -> R | None:
        """What is known without asking for the manifest."""
        row = self._reduction.known(repository, tag, digest)
        if row is None and (kept := self._cache.get(digest)):
            return self._whole(repository, tag, _parsed(kept))
        return row

    def _whole(self, repository: str, tag: str, root: Manifest) -> R:
        with self._locks[hash(root.digest) % _LOCKS]:
            row = self._reduction.known(repository, tag, root.digest)
            return self._read_whole(repository, tag, root) if row is None else row

    def _read_whole(self, repository: str, tag: str, root: Manifest) -> R:
        reading = _Reading(repository, tag)
        if isinstance(root, ImageIndex):
            self._read_children(reading, root, 1)
        if self._reduction.wants_configs:
            self._read_configs(reading, root)
        children = tuple(reading.children)
        contents = TagContents(repository, tag, root, children, reading.configs, reading.problem)
        return self._reduction.of(contents)

    def _remember(self, repository: str, tag: str, digest: Digest, now: float) -> None:
        self._cache.put_tag(self._client.url, repository, tag, LastSeen(digest, now))

    def _read_children(self, reading: _Reading, index: ImageIndex, depth: int) -> None:
        blobs = index.blobs
        for entry in index.manifests:
            if len(reading.children) >= _MAX_CHILDREN or depth > _MAX_DEPTH:
                reading.blame(InvalidManifest("the index lists more than can be read"))
                return
            if entry.digest in reading.seen:
                continue
            reading.seen.add(entry.digest)
            if entry in blobs:
                continue
            try:
                manifest = self._by_digest(reading.repository, entry)
            except RegnbError as error:
                reading.blame(error)
                continue
            reading.children.append(Child(entry, manifest))
            if isinstance(manifest, ImageIndex):
                self._read_children(reading, manifest, depth + 1)

    def _by_digest(self, repository: str, entry: Descriptor) -> Manifest:
        kept = self._cache.get(entry.digest)
        if kept is None:
            found = self._throttle.call(
                lambda: self._client.fetch_manifest(repository, entry.digest)
            )
            kept = Kept(found.content, found.media_type)
            self._cache.put(entry.digest, kept)
        return _parsed(kept)

    def _read_configs(self, reading: _Reading, root: Manifest) -> None:
        images = TagContents(
            reading.repository, reading.tag, root, tuple(reading.children)
        ).images()
        for image, _ in images:
            if is_config(image.config.media_type):
                try:
                    reading.configs[image.config.digest] = self._config(reading.repository, image)
                except RegnbError as error:
                    reading.blame(error)

    def _config(self, repository: str, image: ImageManifest) -> ConfigFacts:
        digest, too_large = image.config.digest, "its config is larger than 4 MiB"
        if image.config.size > _CONFIG_LIMIT:
            raise InvalidManifest(too_large)
        content = self._throttle.call(
            lambda: self._client.fetch_blob(repository, digest, limit=_CONFIG_LIMIT)
        )
        if content is None:
            raise InvalidManifest(too_large)
        return ConfigFacts.parse(content)


class _Reading:
    """What was read of one tag so far."""

    def __init__(self, repository: str, tag: str) -> None:
        self.repository = repository
        self.tag = tag
        self.children: list[Child] = []
        self.configs: dict[Digest, ConfigFacts] = {}
        self.seen: set[Digest] = set()
        self.problem: RegnbError | None = None

    def blame(self, error: RegnbError) -> None:
        """The first problem is told; one that stops everything else before all others."""
        if self.problem is None or isinstance(error, GENERAL):
            self.problem = error


def _parsed(kept: Kept) -> Manifest:
    return parse_manifest(kept.content, kept.media_type)
