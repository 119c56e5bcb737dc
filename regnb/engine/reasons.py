"""Why Docker Hub could not be used: from an error of ours, and from the words of an engine.

Those are Docker's, Podman's and Go's:
https://github.com/moby/moby/blob/master/distribution/errors.go and https://pkg.go.dev/net/http
"""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import urlsplit

from regnb.errors import (
    CertificateUnreadable,
    ConnectionLost,
    CredentialsWithheld,
    DigestMismatch,
    HostUnknown,
    InvalidAnswer,
    InvalidChallenge,
    InvalidManifest,
    NotARegistry,
    ProxyFailed,
    RegistryError,
    RegistryTimedOut,
    RegistryUnreachable,
    RegnbError,
    TLSFailed,
)
from regnb.errors.reasons import HUB_HOST, Reason
from regnb.registry.certificates import issuer_at
from regnb.registry.urllib_transport import PlaceOf

_LOOKING = 3.0  # seconds, for each wait
_KINDS: tuple[tuple[type[RegistryError], str], ...] = (
    (HostUnknown, "no_address"),
    (RegistryTimedOut, "timeout"),
    (ConnectionLost, "cut"),
    (RegistryUnreachable, "unreachable"),
)
_TLS_KINDS = {
    "unknown_authority": "unknown_authority",
    "expired": "out_of_date",
    "not_yet_valid": "out_of_date",
    "wrong_name": "wrong_name",
    "wants_tls": "no_registry",
}
_NONSENSE = (NotARegistry, InvalidAnswer, InvalidChallenge, CredentialsWithheld)
_REFUSALS = {HTTPStatus.FORBIDDEN, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS}


def reason_of(
    error: RegnbError, hub: str = HUB_HOST, place_of: PlaceOf | None = None
) -> Reason | None:
    """Why `hub` could not be used; None when `error` is an answer of that registry itself.

    A certificate that is not trusted is looked at once more: that takes up to some seconds.
    """
    if isinstance(error, TLSFailed):
        reason = Reason(_TLS_KINDS.get(error.reason, "tls"), urlsplit(error.url).netloc or hub)
        return with_issuer(reason, place_of)
    if isinstance(error, RegistryError):
        return _of_registry(error, hub)
    if isinstance(error, CertificateUnreadable):
        return Reason("ca_file", hub, error.path)
    is_page = isinstance(error, DigestMismatch | InvalidManifest)  # in the place of a document
    return Reason("no_registry", hub) if is_page else None


def _of_registry(error: RegistryError, hub: str) -> Reason | None:
    host = urlsplit(error.url).netloc or hub
    if isinstance(error, ProxyFailed):
        return error.reason
    kinds = (kind for classes, kind in _KINDS if isinstance(error, classes))
    if kind := next(kinds, None):
        return Reason(kind, host)
    return _of_answer(error, host, hub)


def with_issuer(reason: Reason, place_of: PlaceOf | None = None) -> Reason:
    """`reason` with the name of who has signed the certificate, where that can be seen."""
    if reason.kind != "unknown_authority":
        return reason
    url = f"https://{reason.host}/v2/"
    parts = urlsplit(url)
    place = place_of(parts.hostname or "", parts.port or 443) if place_of else None
    issuer = issuer_at(url, timeout=_LOOKING, place=place)
    return Reason("untrusted", reason.host, issuer) if issuer else reason


def _of_answer(error: RegistryError, host: str, hub: str) -> Reason | None:
    """The reason for an answer that the Hub would not give, or that tells of its own trouble."""
    if error.status == HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED:
        return Reason("login_page", hub, host)
    if error.status >= 500:
        return Reason("server_error", host, str(error.status))
    if error.status in _REFUSALS and not error.code:
        return Reason("forbidden", host, str(error.status))
    if isinstance(error, NotARegistry) and host != hub:
        return Reason("login_page", hub, host)
    return Reason("no_registry", host) if isinstance(error, _NONSENSE) else None


# The first that is found wins. Those above the line are told of Docker Hub alone: about another
# registry they are for the learner to read.
_OF_HUB = {
    "proxy_login": r"proxy authentication required",
    "proxy_refuses": r'": forbidden$',
    "proxy_fails": r'": (bad gateway|service unavailable|gateway timeout)$',
    "out_of_date": r"x509: certificate has expired",
    "wrong_name": r"x509: (certificate is (not )?valid for|cannot validate certificate)",
    "unknown_authority": r"x509: certificate signed by unknown authority",
    "tls": r"x509: |remote error: tls: ",
    "forbidden": r"(?:http|status|statuscode)\b.*?\b(?P<who>403|451)\b",
    "login_page": r"network authentication required",
    "server_error": r"(?:http|status|statuscode)\b.*?\b(?P<who>5\d\d)\b",
    "no_registry": r"text/html|looking for beginning of value|missing signature key",
    "cut": r"\bEOF\b",
}
_OF_ANY = {
    "proxy_silent": r"proxyconnect tcp: (?:.*?lookup |dial tcp )(?P<who>[\w.-]+(?::\d+)?)",
    "no_address": r"no such host|server misbehaving|temporary failure in name resolution",
    "timeout": r"i/o timeout|tls handshake timeout|context deadline exceeded|connection timed out"
    r"|client\.timeout exceeded|request canceled while waiting for connection",
    "unreachable": r"connection refused|no route to host|network is unreachable",
}
_OF_ANY_LAST = {
    "cut": r"connection reset by peer",
    "unreachable": r"pinging container registry",
}
_ASKED = re.compile(r'\b(?:get|head|post)\w* "?https?://([^/" ]+)', re.IGNORECASE)


def reason_in(message: str, *, of_hub: bool) -> Reason | None:
    """Why the registry of an image could not be used, read from an engine's `message`.

    None when the words tell something else; `of_hub` for an image of Docker Hub.
    """
    asked = _ASKED.findall(message)  # a token server is told after the registry
    host = asked[-1] if asked else HUB_HOST
    for words in (_OF_ANY, _OF_HUB if of_hub else {}, _OF_ANY_LAST):
        for kind, pattern in words.items():
            if found := re.search(pattern, message, re.IGNORECASE):
                who = found.groupdict().get("who") or ""
                return Reason(kind, host, who or (host if kind == "login_page" else ""))
    return None
