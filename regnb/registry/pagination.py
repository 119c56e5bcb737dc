"""Lists that come in pages, followed by their `Link` headers to the end.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from regnb.errors import InvalidAnswer, InvalidManifest, NotFound, RegistryError, Unsupported
from regnb.oci.json import Json, as_list, as_text, json_object
from regnb.registry.address import host_and_target
from regnb.registry.http_session import HttpSession
from regnb.registry.transport import Request, Response

# More is refused by Distribution since 2.8.2, and the limit can be configured to be lower.
_PAGE_SIZE = 1000
# Ten million names in pages of a thousand: whoever sends more never ends.
_MAX_PAGES = 10_000
_MAX_EMPTY_PAGES = 100
_PAGE_LIMIT = 1 << 25

# https://www.rfc-editor.org/rfc/rfc8288#section-3
_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,]*))?)*)')
_RELATION = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,]*))', re.IGNORECASE)


def repository_pages(session: HttpSession) -> Iterator[set[str]]:
    """The catalogue page by page; raises Unsupported for a registry without one."""
    url = f"{session.url}/v2/_catalog"
    try:
        yield from name_pages(session, Request("GET", f"{url}?n={_PAGE_SIZE}"), "repositories")
    except NotFound as error:
        message = "This registry has no catalogue."
        raise Unsupported(message, status=404, method="GET", url=url) from error
    except RegistryError as error:
        if error.status != 400:
            raise
        yield from name_pages(session, Request("GET", url), "repositories")


def name_pages(
    session: HttpSession, request: Request, field: str, missing: type[NotFound] = NotFound
) -> Iterator[set[str]]:
    """The strings in `field` of each page; null is an empty list."""
    names: set[str] = set()
    empty_pages = 0
    for page_request, page in pages(session, request, missing):
        found = _names(page, field, page_request)
        empty_pages = 0 if found else empty_pages + 1
        if (found and names.issuperset(found)) or empty_pages > _MAX_EMPTY_PAGES:
            raise page_request.error(InvalidAnswer, "The pages of the list lead in circles.")
        names.update(found)
        yield found


def pages(
    session: HttpSession, request: Request, missing: type[NotFound] = NotFound
) -> Iterator[tuple[Request, Json]]:
    """Each page with the request that gave it; raises InvalidAnswer for an endless list."""
    seen = {request.url}
    for _ in range(_MAX_PAGES):
        with session.exchange(request, 200, missing=missing) as response:
            yield request, _page(response, request)
            target = next_link(response.headers.getlist("Link"))
        if target is None:
            return
        request = _followed(request, target)
        if request.url in seen:
            raise request.error(InvalidAnswer, "The pages of the list lead in circles.")
        seen.add(request.url)
    raise request.error(InvalidAnswer, "The list has no end.")


def next_link(headers: Iterable[str]) -> str | None:
    """The target of the `Link` whose relation is `next`, as it is written."""
    for header in headers:
        for target, parameters in _LINK.findall(header):
            relation = _RELATION.search(parameters)
            names = (relation[1] or relation[2] or "") if relation else ""
            if "next" in names.lower().split():
                return str(target)
    return None


def _followed(request: Request, target: str) -> Request:
    """The next page, of the same registry: behind a proxy it may not know its own name."""
    here = urlsplit(request.url)
    path = host_and_target(request.leads_to(target))[1]
    url = f"{here.scheme}://{here.netloc}{path}"
    return Request(request.method, url, request.headers, repository=request.repository)


def _page(response: Response, request: Request) -> Json:
    content = response.read(_PAGE_LIMIT)
    try:
        return json_object(content)
    except InvalidManifest as error:
        raise request.error(InvalidAnswer, "The list is not a JSON object.") from error


def _names(page: Json, field: str, request: Request) -> set[str]:
    try:
        return {as_text(name, field) for name in as_list(page.get(field), field)}
    except InvalidManifest as error:
        raise request.error(InvalidAnswer, f"`{field}` is no list of names.") from error
