"""HTTP exchanges with a registry, ready to be shown: secrets masked, and each as a curl command."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from regnb.registry import Exchange
from regnb.registry.address import redacted
from regnb.registry.transport import BodyCopy

MASK = "…"
# Headers by which a registry and its clients understand each other; the rest is HTTP's daily bread.
EXPLAINED = frozenset({
    "accept", "authorization", "content-length", "content-range", "content-type",
    "docker-content-digest", "docker-distribution-api-version", "docker-upload-uuid", "link",
    "location", "oci-chunk-min-length", "oci-filters-applied", "oci-subject", "range",
    "retry-after", "warning", "www-authenticate",
})  # fmt: skip
_SECRET_HEADER = re.compile(
    r"token|secret|passw|cookie|credential|signature|api-?key|authorization", re.IGNORECASE
)
# What token servers and the configurations of clients call their secrets.
_SECRET_KEYS = frozenset({
    "access_token", "auth", "identitytoken", "password", "refresh_token", "registrytoken",
    "secret", "token",
})  # fmt: skip
_ADDRESS = re.compile(r"[^\s<>\",;]+\?[^\s<>\",;]*")
_BODY_LIMIT = 1 << 14


@dataclass(frozen=True, slots=True)
class ShownHeader:
    """A header as it may be shown; `is_explained` when registries give it a meaning."""

    name: str
    value: str
    is_explained: bool


@dataclass(frozen=True, slots=True)
class ShownExchange:
    """One request and its answer, without secrets; bodies are indented JSON, None if not small.

    `curl` is the command that does the same; `path` is the URL without the registry's address.
    """

    method: str
    url: str
    path: str
    status: int
    reason: str
    request_headers: tuple[ShownHeader, ...]
    response_headers: tuple[ShownHeader, ...]
    request_body: str | None
    response_body: str | None
    curl: str


def shown(exchange: Exchange, options: str = "") -> ShownExchange:
    """`exchange` as it may be shown and stored; `options` are those that curl needs for it."""
    url = _masked_url(exchange.url)
    parts = urlsplit(url)
    return ShownExchange(
        method=exchange.method,
        url=url,
        path=parts._replace(scheme="", netloc="").geturl() or "/",
        status=exchange.status,
        reason=_reason(exchange.status),
        request_headers=_headers(exchange.request_headers),
        response_headers=_headers(exchange.response_headers),
        request_body=_json(exchange.request_body),
        response_body=None if exchange.method == "HEAD" else _json(exchange.response_body),
        curl=curl(exchange, options),
    )


def curl(exchange: Exchange, options: str = "") -> str:
    """The curl command that sends the same; what is secret in it is left to who types it."""
    words = ["curl", *filter(None, [options]), *_method(exchange.method)]
    for name, value in exchange.request_headers.items():
        words += _curl_header(name, value)
    if _sends_more_than_headers(exchange):
        words += ["--data-binary", "@FILE"]
    return " ".join([*words, shlex.quote(_masked_url(exchange.url))])


def masked_json(value: object) -> object:
    """`value` without what its keys call secret, nor signatures in its addresses."""
    if isinstance(value, dict):
        return {
            key: MASK if key.lower() in _SECRET_KEYS else masked_json(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [masked_json(item) for item in value]
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return _masked_url(value)
    return value


def _method(method: str) -> list[str]:
    if method == "HEAD":
        return ["--head"]
    return ["--include"] if method == "GET" else ["--include", "--request", method]


def _curl_header(name: str, value: str) -> list[str]:
    if name.lower() == "content-length":  # which curl counts itself
        return []
    if name.lower() != "authorization":
        return ["--header", shlex.quote(f"{name}: {_masked(name, value)}")]
    # The shell puts in the token that the learner has; curl itself asks for the password.
    if value.startswith("Basic "):
        return ["--user", "NAME"]
    return ["--header", '"Authorization: Bearer $TOKEN"']


def _sends_more_than_headers(exchange: Exchange) -> bool:
    length = {name.lower(): value for name, value in exchange.request_headers.items()}
    return exchange.request_body is not None or length.get("content-length", "0") != "0"


def _headers(headers: Mapping[str, str]) -> tuple[ShownHeader, ...]:
    listed = [
        ShownHeader(name, _masked(name, value), name.lower() in EXPLAINED)
        for name, value in headers.items()
    ]
    return tuple(sorted(listed, key=lambda header: not header.is_explained))


def _masked(name: str, value: str) -> str:
    scheme, has_more, _ = value.partition(" ")
    if name.lower() == "authorization" and has_more:
        return f"{scheme} {MASK}"
    if _SECRET_HEADER.search(name):
        return MASK
    return _ADDRESS.sub(lambda found: redacted(found[0]), value)


def _masked_url(url: str) -> str:
    parts = urlsplit(redacted(url))
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _json(body: BodyCopy | None) -> str | None:
    if body is None or not body.is_whole or not 0 < len(body.content) <= _BODY_LIMIT:
        return None
    try:
        value = json.loads(body.content)
    except (ValueError, RecursionError):
        return None
    return json.dumps(masked_json(value), indent=2, ensure_ascii=False)


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
