"""Long lists, page by page: the parameters `n` and `last`, and the header `Link`.

Without `n` the tags come back whole and the catalogue by hundreds; `n=0` is an empty page without
a next one; more than 1000, or no number at all, is an error, as in Distribution.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from urllib.parse import urlencode

from werkzeug.wrappers import Request

from regnb.server.problems import PAGE_INVALID, Problem

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
        raise Problem(PAGE_INVALID, {"n": text[:20]})
    return int(text)
