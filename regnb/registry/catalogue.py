"""The registry itself: what answers at the address, and which repositories it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from regnb.errors import (
    NotARegistry,
    NotFound,
    RegistryError,
    TLSFailed,
    TooManyRequests,
    Unsupported,
)
from regnb.registry.challenges import parse_challenges
from regnb.registry.pagination import PagedSession
from regnb.registry.problems import BODY_LIMIT, error_from, is_problem
from regnb.registry.transport import Request, Response

VERSION_HEADER = "Docker-Distribution-Api-Version"
_VERSION = "registry/2.0"
# More is refused by Distribution since 2.8.2, and the limit can be configured to be lower.
_PAGE_SIZE = 1000
# What a proxy says of the registry behind it.
_GATEWAY_STATUSES = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Probe:
    """What answers at an address: a registry of this API version, with or without a login."""

    version: str
    needs_credentials: bool


class CatalogueMethods(PagedSession):
    """The methods of the client about the registry itself."""

    def ping(self) -> str:
        """The version of the API, `registry/2.0`.

        Raises NotARegistry, RegistryUnreachable, Unauthorized.
        """
        request, response = self._follow(self._ping_request(), self._answer)
        with response:
            return _recognised(request, response, {200}).version

    def probe(self) -> Probe:
        """What answers, asked without credentials; raises NotARegistry, RegistryUnreachable."""
        request, response = self._follow(self._ping_request(), self._send)
        with response:
            return _recognised(request, response, {200, 401})

    def list_repositories(self) -> list[str]:
        """All repositories, sorted; one stays after its last manifest was deleted.

        The catalogue is Docker's, not OCI's: raises Unsupported for a registry without one.
        """
        return sorted(set().union(*self.repository_pages()))

    def repository_pages(self) -> Iterator[set[str]]:
        """All repositories, page by page as they come; raises as `list_repositories`."""
        url = f"{self.url}/v2/_catalog"
        try:
            yield from self._name_pages(Request("GET", f"{url}?n={_PAGE_SIZE}"), "repositories")
        except NotFound as error:
            message = "This registry has no catalogue."
            raise Unsupported(message, status=404, method="GET", url=url) from error
        except RegistryError as error:
            if error.status != 400:
                raise
            yield from self._name_pages(Request("GET", url), "repositories")

    def _ping_request(self) -> Request:
        return Request("GET", f"{self.url}/v2/")


def _recognised(request: Request, response: Response, expected: set[int]) -> Probe:
    """The registry that `response` comes from, when its status is `expected`."""
    content = response.read(BODY_LIMIT)
    version = response.headers.get(VERSION_HEADER, "").strip()
    error = error_from(response, content, request)
    if version or _behaves(response, content):
        if response.status in expected:
            return Probe(version or _VERSION, needs_credentials=response.status == 401)
        raise error
    passing = isinstance(error, TLSFailed | TooManyRequests) or response.status in _GATEWAY_STATUSES
    if passing:
        raise error
    raise request.error(NotARegistry, "What answers is no registry.", status=response.status)


def _behaves(response: Response, content: bytes) -> bool:
    """Whether it answers as registries do, since OCI's specification wants no version header."""
    if response.status == 200:
        return content.strip() == b"{}"
    challenges = parse_challenges(response.headers.getlist("WWW-Authenticate"))
    token_servers = [item for item in challenges if item.parameters.keys() >= {"realm", "service"}]
    return is_problem(content) or (response.status == 401 and bool(token_servers))
