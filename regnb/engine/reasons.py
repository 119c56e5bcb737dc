"""Why Docker Hub could not be used: from an error of ours, and from the words of an engine.

Those words stand in `words.toml`.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import urlsplit

from regnb.engine.words import meaning_of, table
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
from regnb.errors.hub_reasons import HUB_HOST, Reason
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


_ASKED = re.compile(r'\b(?:get|head|post)\w* "?https?://([^/" ]+)', re.IGNORECASE)


def reason_in(message: str, *, of_hub: bool) -> Reason | None:
    """Why the registry of an image could not be used, read from an engine's `message`.

    None when the words tell something else; `of_hub` for an image of Docker Hub.
    """
    asked = _ASKED.findall(message)  # a token server is told after the registry
    host = asked[-1] if asked else HUB_HOST
    meaning = meaning_of(message)
    for one in table().reasons:
        if (one.of_hub and not of_hub) or (one.meaning and one.meaning != meaning):
            continue
        if found := next(filter(None, (tell.search(message) for tell in one.tells)), None):
            who = found.groupdict().get("who") or ""
            return Reason(one.kind, host, who or (host if one.kind == "login_page" else ""))
    return None
