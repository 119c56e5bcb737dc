"""From the exceptions of the network and of urllib3 to the errors of regnb."""

from __future__ import annotations

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
    RegistryError,
    RegistryTimedOut,
    RegistryUnreachable,
    TLSFailed,
)
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


NETWORK_ERRORS = (exceptions.HTTPError, HTTPException, OSError)


@contextmanager
def network_errors(request: Request) -> Iterator[None]:
    """Raise a RegistryError that names `request` instead of what urllib3 and the network raise."""
    try:
        yield
    except NETWORK_ERRORS as error:
        raise network_error(error, request) from error


def network_error(error: Exception, request: Request) -> RegistryError:
    """The RegistryError for one of NETWORK_ERRORS."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return request.error(TLSFailed, str(cause), reason=_tls_reason(cause))
    for kinds, kind, message in _TABLE:
        if any(isinstance(cause, kinds) for cause in causes):
            return request.error(kind, message)
    return request.error(RegistryUnreachable, f"The network failed: {error}.")


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
