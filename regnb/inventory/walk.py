"""Every tag of a registry, by several connections at once: the inventory, or the contents."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeAlias, TypedDict, TypeVar, Unpack

from regnb.errors import RegnbError
from regnb.inventory.cache import ContentCache, LastSeen
from regnb.inventory.columns import Inventory, frame_of
from regnb.inventory.contents import TagContents
from regnb.inventory.reader import GENERAL, Reduction, TagReader, as_contents, as_facts
from regnb.inventory.throttle import Stopped, Throttle
from regnb.registry import RegistryClient

if TYPE_CHECKING:
    import pandas as pd

# More are no faster on one machine; a registry far away may be given more.
CONNECTIONS = 8
R = TypeVar("R")
# Called with the tags read so far, and those known of so far.
OnCount: TypeAlias = Callable[[int, int], None]
_COMMIT_EVERY = 500
# To be woken for each result would take more time than to read it.
_POLL = 0.01
_PATIENCE_TO_STOP = 1.0


class WalkOptions(TypedDict, total=False):
    """How the registry is walked.

    `repositories` are asked instead of all in the catalogue, `beside` as well as those: a registry
    may show its catalogue to nobody. `cache` is the file that remembers
    manifests and configs (see `default_path`); nothing outlasts the call without. What was asked
    for less than `max_age` seconds ago, tags and lists of names, is not asked for again. At most
    `connections` requests are under way at once. `on_count` is called with the tags read and those
    known of so far.
    """

    repositories: Iterable[str] | None
    beside: Iterable[str]
    cache: Path | None
    max_age: float
    connections: int
    on_count: OnCount | None


def inventory(
    client: RegistryClient,
    *,
    tell: Callable[[RegnbError], str] = str,
    **options: Unpack[WalkOptions],
) -> pd.DataFrame:
    """Every tag of the registry, sorted; what cannot be read is told in its row.

    Columns: repository, tag, digest, media_type (str), platforms (tuple of str), created (aware
    UTC; of an index the newest image's), size_bytes (int, compressed: configs and layers of all
    platforms, each once), layers (int), unique_bytes (of contents that no other tag has: they
    are what deleting it frees), shared_bytes, problem (str, empty when all went well; without a
    tag it concerns the repository, without that the catalogue). `tell` words a problem,
    `options` are WalkOptions. Raises RegistryError when the catalogue cannot be read at all.
    """
    with ContentCache(options.get("cache")) as cache:
        columns = Inventory.of(_walked(client, cache, as_facts(cache), options))
    return frame_of(columns, tell)


def tag_contents(client: RegistryClient, **options: Unpack[WalkOptions]) -> Iterator[TagContents]:
    """What each tag leads to, without configs, in the order in which they arrive.

    What cannot be read is left out: tags that are no images or were deleted meanwhile, platforms
    that the registry does not have, repositories that it does not show. Raises TooManyRequests,
    RegistryUnreachable, and as `inventory`.
    """
    with ContentCache(options.get("cache")) as cache:
        for contents in _walked(client, cache, as_contents(), options):
            if isinstance(contents.problem, GENERAL):
                raise contents.problem
            if contents.root:
                yield contents


def _walked(
    client: RegistryClient, cache: ContentCache, reduction: Reduction[R], options: WalkOptions
) -> Iterator[R]:
    names, problem = _repositories(client, cache, options)
    with client.reading_fast() as fast:
        walk = _Walk(fast, cache, reduction, options)
        yield from walk.over(sorted(names))
    if problem:
        yield reduction.of(TagContents("", "", problem=problem))


def _repositories(
    client: RegistryClient, cache: ContentCache, options: WalkOptions
) -> tuple[set[str], RegnbError | None]:
    """The repositories to walk, and what kept more of them from coming."""
    wanted, max_age = options.get("repositories"), options.get("max_age", 0.0)
    if wanted is not None:
        return set(wanted), None
    now = time.time()
    names = cache.names(client.url, "", since=now - max_age) if max_age > 0 else None
    if names is not None:
        return names, None
    names = set(options.get("beside", ()))
    try:
        for page in client.repository_pages():
            names |= page
    except RegnbError as error:
        if not names:
            raise
        return names, error
    cache.put_names(client.url, "", names, now, ())
    return names, None


@dataclass(frozen=True, slots=True)
class _Task:
    """A tag to read; without a tag, a repository whose tags are to be listed."""

    repository: str
    tag: str = ""
    last: LastSeen | None = None


@dataclass(frozen=True, slots=True)
class _Listed(Generic[R]):
    """The tags of a repository: what is known, what is to be read, what kept more from coming."""

    rows: list[R]
    tasks: list[_Task]
    problem: TagContents | None


class _Walk(Generic[R]):
    """What `reduction` makes of each tag, in the order in which they arrive.

    Iterate once; whoever stops iterating stops the walk. What was read stays in the cache.
    """

    def __init__(
        self,
        client: RegistryClient,
        cache: ContentCache,
        reduction: Reduction[R],
        options: WalkOptions,
    ) -> None:
        self._client = client
        self._cache = cache
        self._reduction = reduction
        self._on_count = options.get("on_count")
        self._max_age = max_age = options.get("max_age", 0.0)
        self._throttle = Throttle()
        self._reader = TagReader(client, cache, self._throttle, reduction, max_age=max_age)
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._results: deque[R | _Listed[R] | BaseException] = deque()
        self._threads = [
            threading.Thread(target=self._work, name=f"inventory-{number}", daemon=True)
            for number in range(options.get("connections", CONNECTIONS))
        ]

    def over(self, repositories: Iterable[str]) -> Iterator[R]:
        """The tags of `repositories`."""
        open_tasks = 0
        for name in repositories:
            self._tasks.put(_Task(name))
            open_tasks += 1
        for thread in self._threads:
            thread.start()
        try:
            yield from self._arriving(open_tasks)
        finally:
            self._end()

    def _arriving(self, open_tasks: int) -> Iterator[R]:
        done = known = handled = 0
        while open_tasks:
            if not self._results:
                time.sleep(_POLL)
                continue
            result = self._results.popleft()
            open_tasks -= 1
            handled += 1
            if isinstance(result, BaseException):
                raise result
            if handled % _COMMIT_EVERY == 0:
                self._cache.commit()
            if isinstance(result, _Listed):
                for task in result.tasks:
                    self._tasks.put(task)
                open_tasks += len(result.tasks)
                known += len(result.tasks) + len(result.rows)
                done += len(result.rows)
                yield from result.rows
                if result.problem:
                    yield self._reduction.of(result.problem)
            else:
                done += 1
                yield result
            if self._on_count:
                self._on_count(done, known)

    def _end(self) -> None:
        self._throttle.stop()
        with suppress(Empty):
            while True:
                self._tasks.get_nowait()
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join(_PATIENCE_TO_STOP)

    def _work(self) -> None:
        while task := self._tasks.get():
            try:
                result: R | _Listed[R] | BaseException = self._done(task)
            except Stopped:
                return
            except BaseException as error:  # noqa: BLE001 - raised in the thread that listens
                result = error
            self._results.append(result)

    def _done(self, task: _Task) -> R | _Listed[R]:
        if task.tag:
            return self._reader.read(task.repository, task.tag, task.last)
        return self._listed(task.repository)

    def _listed(self, repository: str) -> _Listed[R]:
        registry, now = self._client.url, time.time()
        since = now - self._max_age
        last = self._cache.tags(registry, repository)
        problem: RegnbError | None = None
        rows: Mapping[str, R] = {}
        names = self._cache.names(registry, repository, since=since)
        if names is None or self._max_age <= 0:
            names = set()
            try:
                self._throttle.call(lambda: self._read_names(repository, names))
                gone = last.keys() - names
                self._cache.put_names(registry, repository, names, now, gone)
            except RegnbError as error:
                problem = error
        else:
            rows = self._reduction.fresh(registry, repository, since)
        tasks = [_Task(repository, name, last.get(name)) for name in sorted(names - rows.keys())]
        told = TagContents(repository, "", problem=problem) if problem else None
        return _Listed([rows[name] for name in rows.keys() & names], tasks, told)

    def _read_names(self, repository: str, names: set[str]) -> None:
        for page in self._client.tag_pages(repository):
            names |= page
