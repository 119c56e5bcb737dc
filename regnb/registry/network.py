"""From the exceptions of the network and of urllib3 to the errors of regnb."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException, IncompleteRead

from urllib3 import exceptions

from regnb.errors import (
    ConnectionLost,
    HostUnknown,
    InvalidAnswer,
    NotARegistry,
    ProxyFailed,
    RegistryError,
    RegistryTimedOut,
    RegistryUnreachable,
    TLSFailed,
)
from regnb.outgoing import Proxy
from regnb.registry.transport import Request

# https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/
CERTIFICATE_REASONS = {
    9: "not_yet_valid",
    10: "expired",
    18: "unknown_authority",
    19: "unknown_authority",
    20: "unknown_authority",
    21: "unknown_authority",
    62: "wrong_name",
    64: "wrong_name",
}
# What OpenSSL says when the other side answers in plain text.
_PLAIN_HTTP = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"}
_CLIENT_CERTIFICATE = ("CERTIFICATE_REQUIRED", "ALERT_UNKNOWN_CA", "ALERT_BAD_CERTIFICATE")


# urllib3 blames the proxy too when a connection that was kept is closed.
_NO_PROXY_THERE = (exceptions.NewConnectionError, exceptions.ConnectTimeoutError)
# http.client tells the status of a proxy that refuses in no other way.
_REFUSED_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})")

NETWORK_ERRORS = (exceptions.HTTPError, HTTPException, OSError)


@contextmanager
def network_errors(request: Request, proxy: Proxy | None = None) -> Iterator[None]:
    """Raise a RegistryError that names `request` instead of what urllib3 and the network raise."""
    try:
        yield
    except NETWORK_ERRORS as error:
        raise network_error(error, request, proxy) from error


def network_error(error: Exception, request: Request, proxy: Proxy | None = None) -> RegistryError:
    """The RegistryError for one of NETWORK_ERRORS."""
    causes = list(_causes(error))
    if proxy and any(isinstance(cause, exceptions.ProxyError) for cause in causes):
        status = _status_of_refusal(causes)
        if status or any(isinstance(cause, _NO_PROXY_THERE) for cause in causes):
            return proxy_error(request, proxy, status)
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return request.error(TLSFailed, str(cause), reason=_tls_reason(cause))
    for kinds, kind, message in _TABLE:
        if any(isinstance(cause, kinds) for cause in causes):
            return request.error(kind, message)
    return request.error(RegistryUnreachable, f"The network failed: {error}.")


def proxy_error(request: Request, proxy: Proxy, status: int) -> ProxyFailed:
    """The error for a `proxy` that has answered `status`, or 0 when it has not answered."""
    return request.error(ProxyFailed, proxy.failure(status), proxy=proxy.name, status=status)


def _status_of_refusal(causes: list[BaseException]) -> int:
    found = (_REFUSED_TUNNEL.search(str(cause)) for cause in causes)
    return next((int(match[1]) for match in found if match), 0)


# The first row that fits any of the causes wins: from the precise to the general.
_TABLE = (
    (exceptions.NameResolutionError, HostUnknown, "The host has no address."),
    # urllib3 derives it from its timeouts.
    (exceptions.NewConnectionError, RegistryUnreachable, "Nothing listens there."),
    (exceptions.TimeoutError, RegistryTimedOut, "No answer in time."),
    (TimeoutError, RegistryTimedOut, "No answer in time."),
    (IncompleteRead, ConnectionLost, "The connection was cut in the middle."),
    (ConnectionError, ConnectionLost, "The connection was cut."),
    (exceptions.LocationValueError, InvalidAnswer, "It leads to what is no address."),
    (exceptions.InvalidHeader, NotARegistry, "The answer is not HTTP."),
    (HTTPException, NotARegistry, "The answer is not HTTP."),
)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error` and what it was made of: urllib3 keeps that in arguments and in `__cause__`."""
    todo, seen = [error], set[int]()
    while todo:
        current = todo.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = [*current.args, current.__cause__, getattr(current, "reason", None)]
        todo += [cause for cause in inner if isinstance(cause, BaseException)]


def _tls_reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return CERTIFICATE_REASONS.get(error.verify_code, "handshake")
    if isinstance(error, ssl.SSLEOFError):
        return "closed"
    reason = error.reason or ""
    if reason in _PLAIN_HTTP:
        return "plain_http"
    if any(part in reason for part in _CLIENT_CERTIFICATE):
        return "client_certificate"
    return "handshake"
