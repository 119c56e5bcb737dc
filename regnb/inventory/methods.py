"""The methods of the client about the registry as a whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, TypeVar, Unpack, cast

from regnb.errors import RegnbError
from regnb.inventory.cache import ContentCache
from regnb.inventory.columns import Inventory
from regnb.inventory.contents import TagContents
from regnb.inventory.frame import frame_of
from regnb.inventory.rows import AsFacts, AsItIs, Reduction
from regnb.inventory.walk import OnCount, Walk
from regnb.registry.catalogue import CatalogueMethods

if TYPE_CHECKING:
    import pandas as pd

    from regnb.registry.client import RegistryClient

# More are no faster on one machine; a registry far away may be given more.
CONNECTIONS = 8
R = TypeVar("R")


class WalkOptions(TypedDict, total=False):
    """How the registry is walked.

    `repositories` are asked instead of all in the catalogue. `cache` is the file that remembers
    manifests and configs (see `default_path`); nothing outlasts the call without. What was asked
    for less than `max_age` seconds ago, tags and lists of names, is not asked for again. At most
    `connections` requests are under way at once. `on_count` is called with the tags read and those
    known of so far.
    """

    repositories: Iterable[str] | None
    cache: Path | None
    max_age: float
    connections: int
    on_count: OnCount | None


class InventoryMethods(CatalogueMethods):
    """The methods of the client about the registry as a whole."""

    def inventory(
        self, *, tell: Callable[[RegnbError], str] = str, **options: Unpack[WalkOptions]
    ) -> pd.DataFrame:
        """Every tag of the registry, sorted; what cannot be read is told in its row.

        Columns: repository, tag, digest, media_type (str), platforms (tuple of str), created (aware
        UTC; of an index the newest image's), size_bytes (int, compressed: configs and layers of all
        platforms, each once), layers (int), unique_bytes (of contents that no other tag has: they
        are what deleting it frees), shared_bytes, problem (str, empty when all went well; without a
        tag it concerns the repository, without that the catalogue). `tell` words a problem,
        `options` are WalkOptions.
        """
        return frame_of(self.inventory_columns(**options), tell)

    def inventory_columns(self, **options: Unpack[WalkOptions]) -> Inventory:
        """The same without pandas."""
        with ContentCache(options.get("cache")) as cache:
            return Inventory.of(self._walk(cache, AsFacts(cache), options))

    def tag_contents(self, **options: Unpack[WalkOptions]) -> Iterator[TagContents]:
        """Every tag with its manifests, without configs, in the order in which they arrive."""
        with ContentCache(options.get("cache")) as cache:
            yield from self._walk(cache, AsItIs(), options)

    def _walk(
        self, cache: ContentCache, reduction: Reduction[R], options: WalkOptions
    ) -> Iterator[R]:
        max_age = options.get("max_age", 0.0)
        names, problem = self._named(cache, options.get("repositories"), max_age)
        with self.reading_fast() as client:
            walk = Walk(
                cast("RegistryClient", client),
                cache,
                reduction,
                connections=options.get("connections", CONNECTIONS),
                max_age=max_age,
                on_count=options.get("on_count"),
            )
            yield from walk.over(sorted(names))
        if problem:
            yield reduction.of(TagContents("", "", problem=problem))

    def _named(
        self, cache: ContentCache, wanted: Iterable[str] | None, max_age: float
    ) -> tuple[set[str], RegnbError | None]:
        """The repositories to walk, and what kept more of them from coming."""
        if wanted is not None:
            return set(wanted), None
        now = time.time()
        names = cache.names(self.url, "", since=now - max_age) if max_age > 0 else None
        if names is not None:
            return names, None
        names = set()
        try:
            for page in self.repository_pages():
                names |= page
        except RegnbError as error:
            if not names:
                raise
            return names, error
        cache.put_names(self.url, "", names, now, ())
        return names, None
