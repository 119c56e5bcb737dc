"""The parts of a request that may be wrong: names in its path, its body, the page it asks for.

Names, digests and tags were decoded by the HTTP server and not yet checked. A body is read in
blocks, and known to be whole or not. Long lists come page by page (`n`, `last`, and the header
`Link`): without `n` the tags come back whole and the catalogue by hundreds; `n=0` is an empty page
without a next one; more than 1000, or no number at all, is an error, as in Distribution.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlencode

from werkzeug.wrappers import Request

from regnb.errors import InvalidDigest, RegnbError
from regnb.oci import Digest
from regnb.oci.reference import is_repository, is_tag
from regnb.server import api_errors
from regnb.server.api_errors import Problem


def repository_name(text: str) -> str:
    """`text`, when it is the name of a repository; raises Problem with NAME_INVALID."""
    if not is_repository(text):
        raise Problem(api_errors.NAME_INVALID, {"name": text[:300]})
    return text


def digest_in(text: str) -> Digest:
    """The digest `text`; raises Problem with DIGEST_INVALID."""
    try:
        return Digest(text)
    except InvalidDigest as error:
        raise Problem(api_errors.DIGEST_MALFORMED, {"digest": text[:200]}) from error


def is_digest(reference: str) -> bool:
    """Whether `reference` means a digest: no tag has a colon."""
    return ":" in reference


def tag_in(text: str) -> str:
    """`text`, when it is a tag; raises Problem with MANIFEST_INVALID."""
    if not is_tag(text):
        raise Problem(api_errors.MANIFEST_INVALID, {"tag": text[:200]})
    return text


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
        raise Problem(api_errors.SIZE_INVALID, {"Content-Length": text})
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


MAX_PAGE = 1000


@dataclass(frozen=True)
class Page:
    """Some entries of a list, and the headers that lead to the next ones."""

    entries: list[str]
    headers: dict[str, str]


def page_of(request: Request, entries: list[str], default_size: int | None = None) -> Page:
    """The page of the sorted `entries` that `request` asks for; raises Problem."""
    size = _size_asked(request, default_size)
    start = bisect_right(entries, request.args.get("last", ""))
    if size is None:
        return Page(entries[start:], {})
    chosen = entries[start : start + size]
    if not chosen or start + size >= len(entries):
        return Page(chosen, {})
    query = urlencode({"last": chosen[-1], "n": size})
    return Page(chosen, {"Link": f'<{request.path}?{query}>; rel="next"'})


def _size_asked(request: Request, default_size: int | None) -> int | None:
    text = request.args.get("n")
    if text is None:
        return default_size
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= MAX_PAGE):
        raise Problem(api_errors.PAGE_INVALID, {"n": text[:20]})
    return int(text)
