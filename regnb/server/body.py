"""Bodies of requests, read in blocks, and known to be whole or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from werkzeug.wrappers import Request

from regnb.errors import RegnbError
from regnb.server.problems import SIZE_INVALID, Problem

# Large enough for the disk, small enough for fifty uploads at once in little memory.
BLOCK = 256 * 1024
# A chunked body arrives in pieces that the HTTP server glues: small blocks are glued faster.
CHUNKED_BLOCK = 64 * 1024
# https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests
MAX_MANIFEST = 4 * 1024 * 1024


class BodyCutShort(RegnbError):
    """The client went away, or broke the framing, before the end of its body."""


def blocks_of(request: Request) -> Iterator[bytes]:
    """The body in blocks; raises BodyCutShort when it ends before it should."""
    stream: BinaryIO = request.environ["wsgi.input"]
    if request.environ.get("wsgi.input_terminated"):
        yield from _until_the_end(stream)
    else:
        yield from _exactly(stream, length_of(request) or 0)


def length_of(request: Request) -> int | None:
    """The length that the client announced, in bytes; None for a chunked body."""
    if request.environ.get("wsgi.input_terminated"):
        return None
    text = request.environ.get("CONTENT_LENGTH") or "0"
    if not (text.isascii() and text.isdigit()):
        raise Problem(SIZE_INVALID, {"Content-Length": text})
    return int(text)


def read_at_most(request: Request, limit: int) -> bytes | None:
    """The whole body, or None when it has more than `limit` bytes; raises BodyCutShort."""
    if (length_of(request) or 0) > limit:
        return None
    content = bytearray()
    for block in blocks_of(request):
        content += block
        if len(content) > limit:
            return None
    return bytes(content)


def _until_the_end(stream: BinaryIO) -> Iterator[bytes]:
    while block := _read(stream, CHUNKED_BLOCK):
        yield block


def _exactly(stream: BinaryIO, length: int) -> Iterator[bytes]:
    while length:
        block = _read(stream, min(length, BLOCK))
        if not block:
            raise BodyCutShort("The body ended before its Content-Length.")
        length -= len(block)
        yield block


def _read(stream: BinaryIO, size: int) -> bytes:
    try:
        return stream.read(size)
    except (OSError, ValueError) as error:
        raise BodyCutShort("The connection broke within a body.") from error
