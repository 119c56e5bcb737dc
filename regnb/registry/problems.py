"""From an answer that is an error, or what the network raises, to the class of `regnb.errors`.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPException, IncompleteRead

from urllib3 import exceptions

from regnb import errors
from regnb.errors import RegistryError
from regnb.outgoing import Proxy
from regnb.registry.challenges import parse_challenges
from regnb.registry.transport import Request, Response

# Error bodies are small; what is longer comes from something that is no registry.
BODY_LIMIT = 1 << 16
_TEXT_LIMIT = 200

CODES: dict[str, type[RegistryError]] = {
    "BLOB_UNKNOWN": errors.BlobNotFound,
    "BLOB_UPLOAD_INVALID": errors.UploadRefused,
    "BLOB_UPLOAD_UNKNOWN": errors.UploadNotFound,
    "DIGEST_INVALID": errors.DigestRefused,
    "MANIFEST_BLOB_UNKNOWN": errors.ManifestBlobMissing,
    "MANIFEST_INVALID": errors.ManifestRefused,
    "MANIFEST_UNKNOWN": errors.ManifestNotFound,
    "NAME_INVALID": errors.NameRefused,
    "NAME_UNKNOWN": errors.RepositoryNotFound,
    "SIZE_INVALID": errors.SizeRefused,
    "UNAUTHORIZED": errors.Unauthorized,
    "DENIED": errors.Denied,
    "UNSUPPORTED": errors.Unsupported,
    "TOOMANYREQUESTS": errors.TooManyRequests,
    # Of Docker's specification before OCI's, still sent by Distribution.
    "MANIFEST_UNVERIFIED": errors.ManifestRefused,
    "TAG_INVALID": errors.NameRefused,
    "UNAVAILABLE": errors.RegistryFailed,
}
_STATUSES: dict[int, type[RegistryError]] = {
    400: errors.Refused,
    401: errors.Unauthorized,
    403: errors.Denied,
    405: errors.Unsupported,
    413: errors.Refused,
    416: errors.UploadRefused,
    429: errors.TooManyRequests,
}
# How Go's and nginx's servers answer a client that forgot the `s` of `https`.
_WANTS_TLS = (b"HTTP request to an HTTPS server", b"HTTP request was sent to HTTPS port")
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
# The first row that fits any of the causes wins: from the precise to the general.
_TABLE = (
    (exceptions.NameResolutionError, errors.HostUnknown, "The host has no address."),
    # urllib3 derives it from its timeouts.
    (exceptions.NewConnectionError, errors.RegistryUnreachable, "Nothing listens there."),
    (exceptions.TimeoutError, errors.RegistryTimedOut, "No answer in time."),
    (TimeoutError, errors.RegistryTimedOut, "No answer in time."),
    (IncompleteRead, errors.ConnectionLost, "The connection was cut in the middle."),
    (ConnectionError, errors.ConnectionLost, "The connection was cut."),
    (exceptions.LocationValueError, errors.InvalidAnswer, "It leads to what is no address."),
    (exceptions.InvalidHeader, errors.NotARegistry, "The answer is not HTTP."),
    (HTTPException, errors.NotARegistry, "The answer is not HTTP."),
)


def error_for(
    response: Response,
    request: Request,
    missing: type[errors.NotFound] = errors.NotFound,
) -> RegistryError:
    """The error that `response` is; `missing` for a 404 that does not tell what is missing.

    Reads at most 64 KiB of the body. A HEAD has none: then the status alone decides.
    """
    content = b"" if request.method == "HEAD" else response.read(BODY_LIMIT)
    return error_from(response, content, request, missing)


def error_from(
    response: Response,
    content: bytes,
    request: Request,
    missing: type[errors.NotFound] = errors.NotFound,
) -> RegistryError:
    """The error that `response` with the body `content` is."""
    if response.status == 400 and any(text in content for text in _WANTS_TLS):
        return request.error(errors.TLSFailed, "The server speaks HTTPS.", reason="wants_tls")
    problem = _problem(content)
    code = str(problem.get("code") or "").upper()
    message = _message(response, content, code, problem)
    kind = CODES.get(code) or _class_of(response.status, missing)
    parts = {"status": response.status, "code": code, "detail": problem.get("detail")}
    error = request.error(kind, message, **parts)
    if isinstance(error, errors.TooManyRequests):
        error.retry_after = _retry_after(response)
    if isinstance(error, errors.Unauthorized):
        challenges = parse_challenges(response.headers.getlist("WWW-Authenticate"))
        if challenges:
            error.scheme = challenges[0].scheme
            error.reason = challenges[0].parameters.get("error", "")
    return error


def _problem(content: bytes) -> dict[str, object]:
    """The first error of the body that has a known code, else the first; empty without any."""
    try:
        listed = json.loads(content)["errors"]
        problems = [item for item in listed if isinstance(item, dict)]
    except (ValueError, RecursionError, KeyError, TypeError):
        return {}
    known = [item for item in problems if str(item.get("code") or "").upper() in CODES]
    return next(iter(known or problems), {})


def is_problem(content: bytes) -> bool:
    """Whether `content` is an error body of the distribution specification."""
    return str(_problem(content).get("code") or "").upper() in CODES


def _message(response: Response, content: bytes, code: str, problem: dict[str, object]) -> str:
    if code:
        return ": ".join(filter(None, (code, str(problem.get("message") or ""))))[:_TEXT_LIMIT]
    try:
        phrase = f"{response.status} {HTTPStatus(response.status).phrase}"
    except ValueError:
        phrase = str(response.status)
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    text = content.decode("utf-8", "replace").strip()
    if kind != "text/plain" or not text:
        return f"{phrase}."
    return f"{phrase}: {text.splitlines()[0][:_TEXT_LIMIT]}"


def _class_of(status: int, missing: type[errors.NotFound]) -> type[RegistryError]:
    if status == 404:
        return missing
    if status >= 500:
        return errors.RegistryFailed
    return _STATUSES.get(status, errors.RegistryError)


def _retry_after(response: Response) -> float | None:
    """Seconds to wait; a date is taken from the registry's own clock when it tells it."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    moment = _date(value)
    if moment is None:
        return None
    now = _date(response.headers.get("Date", "")) or datetime.now(UTC)
    return max(0.0, (moment - now).total_seconds())


def _date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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
            return request.error(errors.TLSFailed, str(cause), reason=_tls_reason(cause))
    for kinds, kind, message in _TABLE:
        if any(isinstance(cause, kinds) for cause in causes):
            return request.error(kind, message)
    return request.error(errors.RegistryUnreachable, f"The network failed: {error}.")


def proxy_error(request: Request, proxy: Proxy, status: int) -> errors.ProxyFailed:
    """The error for a `proxy` that has answered `status`, or 0 when it has not answered."""
    return request.error(errors.ProxyFailed, proxy.failure(status), proxy=proxy.name, status=status)


def _status_of_refusal(causes: list[BaseException]) -> int:
    found = (_REFUSED_TUNNEL.search(str(cause)) for cause in causes)
    return next((int(match[1]) for match in found if match), 0)


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
