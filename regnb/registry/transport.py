"""Requests, answers and their bodies, and the protocol by which they travel.

A client talks to a socket or to an app alike.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self, TypeAlias, TypeVar, runtime_checkable

from urllib3 import HTTPHeaderDict

from regnb.errors import InvalidAnswer, RegistryError, SizeMismatch
from regnb.registry.address import redacted, resolve

# Blocks that bodies are read and written in: large enough for the speed of a loopback socket,
# small enough that a block is still in the processor's cache when it is hashed.
BLOCK_SIZE = 1 << 18

E = TypeVar("E", bound=RegistryError)
# Without a body, whole, or in blocks of which only `Content-Length` tells the size beforehand.
Body: TypeAlias = bytes | Iterable[bytes] | None


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is sent: `url` is absolute, `timeout` in seconds, for each wait.

    `repository` is the one whose rights it needs, empty for the registry itself.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Body = None
    repository: str = ""
    timeout: float | None = None

    @property
    def can_be_repeated(self) -> bool:
        """Whether the body is still there after it was sent."""
        return self.body is None or isinstance(self.body, bytes)

    @property
    def failure(self) -> Exception | None:
        """What kept the body from being read to its end."""
        return self.body.failure if isinstance(self.body, SizedBody) else None

    def within(self, timeout: float) -> Request:
        """The same, with this `timeout` unless it has one."""
        if self.timeout:
            return self
        # `dataclasses.replace` takes five times as long, and this is called for every request.
        return Request(self.method, self.url, self.headers, self.body, self.repository, timeout)

    def leads_to(self, target: str | None) -> str:
        """The URL that an answer to this request names; raises InvalidAnswer when it is none."""
        url = resolve(self.url, target) if target else None
        if url is None:
            raise self.error(InvalidAnswer, f"It leads to `{target or ''}`, which is no address.")
        return url

    def error(self, kind: type[E], message: str, **more: object) -> E:
        """An error of `kind` that names this request, without the secrets of its address."""
        return kind(message, method=self.method, url=redacted(self.url), **more)  # type: ignore[arg-type]


class Response:
    """An answer: `status`, `headers` (any case), and a body that is read once, in blocks.

    A context manager that gives the connection back.
    """

    def __init__(
        self,
        status: int,
        headers: HTTPHeaderDict,
        blocks: Iterator[bytes],
        close: Callable[[], None],
    ) -> None:
        self.status = status
        self.headers = headers
        self._blocks = blocks
        self._close = close

    @property
    def location(self) -> str | None:
        """Where the answer leads to, as it is written."""
        return self.headers.get("Location")

    def stream(self) -> Iterator[bytes]:
        """The body in blocks, never empty ones; raises ConnectionLost when it is cut short."""
        return self._blocks

    def read(self, limit: int) -> bytes:
        """The body, or its first `limit` bytes when it is longer."""
        blocks, size = [], 0
        for block in self._blocks:
            blocks.append(block)
            size += len(block)
            if size >= limit:
                break
        content = blocks[0] if len(blocks) == 1 else b"".join(blocks)
        return content if size <= limit else content[:limit]

    def copy_to(self, copy: BodyCopy) -> None:
        """Let `copy` have what is read of the body from now on."""
        self._blocks = copy.of(self._blocks)

    def close(self) -> None:
        """Give the connection back, or close it when much of the body is left."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Transport(Protocol):
    """What carries requests; safe to use from several threads."""

    def send(self, request: Request) -> Response:
        """The answer, as soon as its headers are there; raises RegistryError (see `network`)."""

    def close(self) -> None:
        """Close the connections that are kept."""


class BodyCopy:
    """The start of a body, as far as it was read: `content`, at most `LIMIT` bytes."""

    LIMIT = 1 << 16

    def __init__(self, content: bytes = b"") -> None:
        self.content = content[: self.LIMIT]
        self.is_whole = len(content) <= self.LIMIT

    def of(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """`blocks` as they are, whose start is copied."""
        for block in blocks:
            self.is_whole = self.is_whole and len(self.content) + len(block) <= self.LIMIT
            self.content += block[: self.LIMIT - len(self.content)]
            yield block


@runtime_checkable
class ReadsFast(Protocol):
    """A transport that may have a better one for thousands of small reads."""

    def for_small_reads(self) -> Transport:
        """That one, to be closed by itself; this one when there is no better."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, for who listens: headers as sent, `duration` in seconds.

    The body of the answer arrives in `response_body` as the client reads it.
    """

    method: str
    url: str
    request_headers: Mapping[str, str] = field(repr=False)
    status: int
    response_headers: Mapping[str, str]
    duration: float
    request_body: BodyCopy | None = field(default=None, repr=False)
    response_body: BodyCopy = field(default_factory=BodyCopy, repr=False)

    @classmethod
    def of(cls, request: Request, response: Response, duration: float) -> Self:
        """`request` and the answer that it got, of whose body nothing was read yet."""
        sent = BodyCopy(request.body) if isinstance(request.body, bytes) else None
        headers, told = request.headers, response.headers
        return cls(request.method, request.url, headers, response.status, told, duration, sent)


OnExchange: TypeAlias = Callable[[Exchange], None]


@runtime_checkable
class Readable(Protocol):
    """A file, or what is read like one."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most `size`; empty at the end."""


# A file opened in binary mode, or blocks of bytes.
Stream: TypeAlias = Readable | Iterable[bytes]
# Called with the bytes handed over so far, before each block.
OnProgress: TypeAlias = Callable[[int], None]


class StreamFailed(Exception):
    """A body ended before its time; its `failure` says why."""


class SizedBody:
    """Blocks of `stream` that are `size` bytes in all, for one upload.

    Iterating raises StreamFailed, with the reason in `failure`: what `stream` raised, or a
    SizeMismatch before a byte too many is sent. Under its own name, the OSError of a file would be
    taken for one of the network.
    """

    def __init__(self, stream: Stream, size: int, on_progress: OnProgress | None = None) -> None:
        self.size = size
        self.failure: Exception | None = None
        self._blocks = _blocks(stream)
        self._on_progress = on_progress

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._checked()
        except Exception as error:
            self.failure = error
            raise StreamFailed from error

    def _checked(self) -> Iterator[bytes]:
        sent = 0
        for block in self._blocks:
            sent += len(block)
            if sent > self.size:
                raise SizeMismatch(self.size, sent)
            if self._on_progress:
                self._on_progress(sent)
            yield block
        if sent != self.size:
            raise SizeMismatch(self.size, sent)


def _blocks(stream: Stream) -> Iterator[bytes]:
    if isinstance(stream, Readable):
        return iter(lambda: stream.read(BLOCK_SIZE), b"")
    return iter(stream)


class BodyReader(io.RawIOBase):
    """Blocks as the unbuffered stream that `wsgi.input` is."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill some of `buffer`; 0 at the end."""
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count
