"""What answers at an address: whether it is a registry, and of which version of the API.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#determining-support
"""

from __future__ import annotations

from dataclasses import dataclass

from regnb.errors import NotARegistry, TLSFailed, TooManyRequests
from regnb.registry.challenges import parse_challenges
from regnb.registry.http_session import HttpSession
from regnb.registry.problems import BODY_LIMIT, error_from, is_problem
from regnb.registry.transport import Request, Response

VERSION_HEADER = "Docker-Distribution-Api-Version"
_VERSION = "registry/2.0"
# What a proxy says of the registry behind it.
_GATEWAY_STATUSES = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Probe:
    """What answers at an address: a registry of this API version, with or without a login."""

    version: str
    needs_credentials: bool


def ping(session: HttpSession) -> Probe:
    """What answers to whom it knows; raises Unauthorized, NotARegistry, RegistryUnreachable."""
    request, response = session.follow(_request(session), session.answer)
    with response:
        return _recognised(request, response, {200})


def probe(session: HttpSession) -> Probe:
    """What answers, asked without credentials; raises NotARegistry, RegistryUnreachable."""
    request, response = session.follow(_request(session), session.send)
    with response:
        return _recognised(request, response, {200, 401})


def _request(session: HttpSession) -> Request:
    return Request("GET", f"{session.url}/v2/")


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
