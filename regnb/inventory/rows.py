"""What a walk makes of each tag: its contents as they are, or its row of the inventory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

from regnb.inventory.cache import ContentCache
from regnb.inventory.columns import TagFacts, facts_of
from regnb.inventory.contents import TagContents
from regnb.oci import Digest

R_co = TypeVar("R_co", covariant=True)


class Reduction(Protocol[R_co]):
    """What is made of a tag, in the thread that has read it, so that little waits elsewhere."""

    @property
    def wants_configs(self) -> bool:
        """Whether the configs of the images are read too."""

    def of(self, contents: TagContents) -> R_co:
        """The result of what was read."""

    def known(self, repository: str, tag: str, digest: Digest) -> R_co | None:
        """The result for a tag that is `digest`, when that was read before."""

    def fresh(self, registry: str, repository: str, *, since: float) -> Mapping[str, R_co]:
        """The results for the tags of `repository` that were asked for after `since`."""


class AsItIs:
    """The contents themselves, without configs."""

    wants_configs = False

    def of(self, contents: TagContents) -> TagContents:
        """The same."""
        return contents

    def known(self, _repository: str, _tag: str, _digest: Digest) -> TagContents | None:
        """Never: they are read from the manifests, which the reader finds in the cache."""
        return None

    def fresh(self, _registry: str, _repository: str, *, since: float) -> Mapping[str, TagContents]:  # noqa: ARG002
        """None, for the same reason."""
        return {}


class AsFacts:
    """Rows of the inventory; those of tags that were read in whole stay in the cache."""

    wants_configs = True

    def __init__(self, cache: ContentCache) -> None:
        self._cache = cache

    def of(self, contents: TagContents) -> TagFacts:
        """The facts, kept when nothing went wrong."""
        facts = facts_of(contents)
        if contents.root and not contents.problem:
            self._cache.put_facts(contents.root.digest, facts)
        return facts

    def known(self, repository: str, tag: str, digest: Digest) -> TagFacts | None:
        """Those that were kept."""
        return self._cache.facts(repository, tag, digest)

    def fresh(self, registry: str, repository: str, *, since: float) -> Mapping[str, TagFacts]:
        """Those of the repository that were kept, all by one question."""
        return self._cache.rows(registry, repository, since=since)
