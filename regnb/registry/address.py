"""Addresses: of registries, and of where they send their clients."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin, urlsplit

from regnb.errors import InvalidAddress
from regnb.outgoing import is_loopback

# The parameters of the registry API and of token servers; all others may be secret.
_SHOWN = frozenset(("n", "last", "digest", "mount", "from", "artifactType", "service", "scope"))
_PORTS = {"http": 80, "https": 443}
# As far as `urlsplit` looks for them.
_UP_TO_PORT = re.compile(r"https?://[^/?#]*")


def check_address(url: str) -> str:
    """`url` without a final slash; raises InvalidAddress unless it is `http[s]://host[:port]`."""
    parts = urlsplit(url) if is_url(url) else None
    if parts is None or parts.username is not None or parts.path.strip("/") or parts.query:
        raise InvalidAddress(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_url(text: str) -> bool:
    """Whether `text` is an absolute URL of HTTP or HTTPS."""
    try:
        parts = urlsplit(text)
        return parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def resolve(base: str, target: str) -> str | None:
    """The absolute URL that `target` is on the page `base`, its query untouched; None if none."""
    try:
        url = urldefrag(urljoin(base, target)).url
    except ValueError:
        return None
    return url if is_url(url) else None


def redacted(url: str) -> str:
    """`url` to be shown: logins, and signatures and session states in its query, are left out."""
    parts = urlsplit(url)
    _, at, host = parts.netloc.rpartition("@")
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    shown = [(name, value if name in _SHOWN else "...") for name, value in pairs]
    return parts._replace(
        netloc=f"...@{host}" if at else host, query=urlencode(shown, safe=":/")
    ).geturl()


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: what two addresses of the same server have in common."""
    start = _UP_TO_PORT.match(url)
    return _origin(start[0] if start else url)


def host_and_target(url: str) -> tuple[str, str]:
    """Whom a request for `url` names, and what it asks for: path and query."""
    start = _UP_TO_PORT.match(url)
    if start and "#" not in url:
        authority = start[0].partition("//")[2]
        target = url[start.end() :]
        return authority, target if target.startswith("/") else f"/{target}"
    parts = urlsplit(url)
    return parts.netloc, parts._replace(scheme="", netloc="", fragment="").geturl() or "/"


@lru_cache(maxsize=64)  # thousands of requests go to the same few servers
def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)


def is_safe(url: str) -> bool:
    """Whether a secret may travel to `url`: TLS, or this very machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or is_loopback(parts.hostname or "")
