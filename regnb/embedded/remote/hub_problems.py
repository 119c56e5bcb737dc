"""Why Docker Hub could not be used, and how long to wait for a network that may never answer."""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from http import HTTPStatus
from threading import Thread
from typing import TypeVar
from urllib.parse import urlsplit

from regnb import errors
from regnb.errors.hub_reasons import HUB_HOST, Reason
from regnb.registry.certificates import issuer_at
from regnb.registry.urllib_transport import PlaceOf

T = TypeVar("T")

# Each wait has its timeout, but a host has many addresses, and a name server no timeout at all.
DECIDED_WITHIN = 12.0
# https://www.rfc-editor.org/rfc/rfc5737: an address that nobody has.
_SOMEWHERE = ("192.0.2.1", 9)
_LOOKING = 3.0  # seconds, for each wait
_KINDS: tuple[tuple[type[errors.RegistryError], str], ...] = (
    (errors.HostUnknown, "no_address"),
    (errors.RegistryTimedOut, "timeout"),
    (errors.ConnectionLost, "cut"),
    (errors.RegistryUnreachable, "unreachable"),
)
_TLS_KINDS = {
    "unknown_authority": "unknown_authority",
    "expired": "out_of_date",
    "not_yet_valid": "out_of_date",
    "wrong_name": "wrong_name",
    "wants_tls": "no_registry",
}
_NONSENSE = (
    errors.NotARegistry,
    errors.InvalidAnswer,
    errors.InvalidChallenge,
    errors.CredentialsWithheld,
)
_REFUSALS = {HTTPStatus.FORBIDDEN, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS}


def in_time(ask: Callable[[], T], host: str, seconds: float | None = None) -> T:
    """What `ask` gives; raises RegistryTimedOut about `host` when it takes more than `seconds`.

    These are DECIDED_WITHIN unless given. It is then left to end by itself, and its result is lost.
    """
    limit = seconds or DECIDED_WITHIN
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(ask())
        except BaseException as error:  # noqa: BLE001 - raised again, where it is waited for
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    try:
        return future.result(limit)
    except TimeoutError:
        message = f"No answer within {limit:.0f} seconds."
        raise errors.RegistryTimedOut(message, method="GET", url=f"https://{host}/v2/") from None


def own_address() -> str:
    """The address from which this machine goes out, empty without a network; nothing is sent."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(_SOMEWHERE)
        return str(probe.getsockname()[0])
    return ""


def reason_of(
    error: errors.RegnbError, hub: str = HUB_HOST, place_of: PlaceOf | None = None
) -> Reason | None:
    """Why `hub` could not be used; None when `error` is an answer of that registry itself.

    A certificate that is not trusted is looked at once more: that takes up to some seconds.
    """
    if isinstance(error, errors.TLSFailed):
        reason = Reason(_TLS_KINDS.get(error.reason, "tls"), urlsplit(error.url).netloc or hub)
        return with_issuer(reason, place_of)
    if isinstance(error, errors.RegistryError):
        return _of_registry(error, hub)
    if isinstance(error, errors.CertificateUnreadable):
        return Reason("ca_file", hub, error.path)
    # A page in the place of a document.
    is_page = isinstance(error, errors.DigestMismatch | errors.InvalidManifest)
    return Reason("no_registry", hub) if is_page else None


def _of_registry(error: errors.RegistryError, hub: str) -> Reason | None:
    host = urlsplit(error.url).netloc or hub
    if isinstance(error, errors.ProxyFailed):
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


def _of_answer(error: errors.RegistryError, host: str, hub: str) -> Reason | None:
    """The reason for an answer that the Hub would not give, or that tells of its own trouble."""
    if error.status == HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED:
        return Reason("login_page", hub, host)
    if error.status >= 500:
        return Reason("server_error", host, str(error.status))
    if error.status in _REFUSALS and not error.code:
        return Reason("forbidden", host, str(error.status))
    if isinstance(error, errors.NotARegistry) and host != hub:
        return Reason("login_page", hub, host)
    return Reason("no_registry", host) if isinstance(error, _NONSENSE) else None
