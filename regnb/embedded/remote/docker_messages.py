"""The errors of registries and of the network, in the words of Docker's engine.

Clients, and people who search for an error, know these words: they are those of moby and of Go's
libraries, https://github.com/moby/moby/blob/v28.5.2/distribution/errors.go.

OpenSSL tells that a name does not fit; Go tells which names would. So the certificate of a registry
is asked for once more, without any check. https://pkg.go.dev/crypto/x509
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from regnb import errors
from regnb.embedded.refusal import Refusal
from regnb.errors.hub_reasons import Reason
from regnb.oci import ImageReference
from regnb.registry.certificates import certificate_at

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.x509 import Certificate, SubjectAlternativeName

_KNOWN_STATUSES = frozenset(map(int, HTTPStatus))
_OUT_OF_DATE = "x509: certificate has expired or is not yet valid"
_TLS = {
    "plain_http": "http: server gave HTTP response to HTTPS client",
    "unknown_authority": "x509: certificate signed by unknown authority",
    "wrong_name": "x509: certificate is valid for another name, not {host}",
    "expired": _OUT_OF_DATE,
    "not_yet_valid": _OUT_OF_DATE,
    "client_certificate": "remote error: tls: bad certificate",
    "handshake": "remote error: tls: handshake failure",
    "closed": "EOF",
}
_OF_A_CERTIFICATE = "tls: failed to verify certificate: "
# What Go's servers say to HTTP.
_WANTS_TLS = "unknown: Client sent an HTTP request to an HTTPS server."
# https://github.com/distribution/distribution/blob/v2.8.2/registry/client/auth/session.go
_NO_LOGIN = "no basic auth credentials"
_CODES = {
    "UNAUTHORIZED": "unauthorized: authentication required",
    "DENIED": "denied: requested access to the resource is denied",
    "MANIFEST_UNKNOWN": "manifest unknown: manifest unknown",
    "NAME_UNKNOWN": "name unknown: repository name not known to registry",
    "MANIFEST_INVALID": "manifest invalid: manifest invalid",
    "TOOMANYREQUESTS": "toomanyrequests: You have reached your pull rate limit.",
}


def cause(error: errors.RegistryError) -> str:
    """What went wrong, in one phrase."""
    if isinstance(error, errors.TLSFailed | errors.RegistryUnreachable):
        return _cause_in_the_network(error)
    if isinstance(error, errors.TooManyRequests):
        return f"toomanyrequests: {_after_code(error)}"
    if isinstance(error, errors.Unauthorized):
        return _cause_of_401(error)
    return _CODES.get(error.code) or error.message


def _cause_of_401(error: errors.Unauthorized) -> str:
    if _shows_nothing(error):
        return _NO_LOGIN
    # A token that is good, but not for this.
    return _CODES["DENIED" if error.reason == "insufficient_scope" else "UNAUTHORIZED"]


def _shows_nothing(error: errors.Unauthorized) -> bool:
    return error.anonymous and error.scheme == "basic"


def _cause_in_the_network(error: errors.TLSFailed | errors.RegistryUnreachable) -> str:
    host = urlsplit(error.url).hostname or ""
    if isinstance(error, errors.TLSFailed):
        return _cause_in_tls(error, host)
    if isinstance(error, errors.ProxyFailed):
        return _cause_in_the_proxy(error)
    if isinstance(error, errors.HostUnknown):
        return f"dial tcp: lookup {host}: no such host"
    if isinstance(error, errors.RegistryTimedOut):
        return "net/http: request canceled (Client.Timeout exceeded while awaiting headers)"
    if isinstance(error, errors.ConnectionLost):
        return "EOF"
    return f"dial tcp {_address(error.url)}: connect: connection refused"


def _cause_in_the_proxy(error: errors.ProxyFailed) -> str:
    if error.status:
        return HTTPStatus(error.status).phrase if error.status in _KNOWN_STATUSES else error.message
    return f"proxyconnect tcp: dial tcp {error.proxy}: connect: connection refused"


def _cause_in_tls(error: errors.TLSFailed, host: str) -> str:
    told = str(error.detail or _what_failed(error).format(host=host))
    return f"{_OF_A_CERTIFICATE}{told}" if told.startswith("x509: ") else told


def _what_failed(error: errors.TLSFailed) -> str:
    if "CERTIFICATE_REQUIRED" in error.message:
        return "remote error: tls: certificate required"
    return _TLS.get(error.reason, _WANTS_TLS)


def registry_refusal(error: errors.RegistryError, *, url: str = "") -> Refusal:
    """`error` as the answer to a client; `url` is what was asked for, when it is to be told."""
    told = cause(error)
    return Refusal(500, f'Get "{url or error.url}": {told}' if _tells_url(error) else told)


def pull_refusal(error: errors.RegistryError, reference: ImageReference) -> Refusal:
    """`error` of a pull of `reference`; what is missing there is a 404."""
    told = cause(error)
    if isinstance(error, errors.BlobNotFound):
        return registry_refusal(error)
    if isinstance(error, errors.NotFound):
        # Docker asks by HEAD, which does not tell what is missing.
        unknown = _CODES["MANIFEST_UNKNOWN"]
        return Refusal(404, f"manifest for {reference.familiar} not found: {unknown}")
    if isinstance(error, errors.Denied) or told == _CODES["DENIED"]:
        return access_denied(reference)
    if isinstance(error, errors.Unauthorized) and _shows_nothing(error):
        return Refusal(500, f'Head "{error.url}": {told}')
    return registry_refusal(error)


def hub_refusal(error: errors.RegnbError, reason: Reason) -> Refusal:
    """What a pull is answered when Docker Hub could not be used, for `reason`."""
    if not isinstance(error, errors.RegistryError):
        return Refusal(500, str(error))
    if reason.kind in {"forbidden", "server_error", "login_page"} and error.status >= 400:
        phrase = HTTPStatus(error.status).phrase if error.status in _KNOWN_STATUSES else ""
        return Refusal(500, f"received unexpected HTTP status: {error.status} {phrase}".rstrip())
    return registry_refusal(error)


def offering(message: str, samples: list[str]) -> str:
    """`message` for a pull that only `samples` could answer, and those that do exist."""
    return f"{message} (samples of regnb: {', '.join(samples)})"


def access_denied(reference: ImageReference) -> Refusal:
    """What Docker Hub says of a repository that does not exist, or not for everybody."""
    return Refusal(
        404,
        f"pull access denied for {reference.name}, repository does not exist or may require "
        f"'docker login': {_CODES['DENIED']}",
    )


def _tells_url(error: errors.RegistryError) -> bool:
    answered = isinstance(error, errors.TLSFailed) and cause(error) == _WANTS_TLS
    return isinstance(error, errors.TLSFailed | errors.RegistryUnreachable) and not answered


def _after_code(error: errors.RegistryError) -> str:
    text = error.message.partition(": ")[2]
    return text or "You have reached your pull rate limit."


def _address(url: str) -> str:
    """The address of `url` in figures, as Go tells it."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or {"http": 80}.get(parts.scheme, 443)
    with contextlib.suppress(OSError):
        found = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)
        host = str(found[0][4][0])
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def certificate_complaint(
    error: errors.TLSFailed,
    place: tuple[str, int] | None,
    pair: tuple[Path, Path] | None,
    timeout: float,
) -> str | None:
    """The words for `error`, about a server that is at `place`; None when it has no more.

    `pair` is the client's certificate and its key.
    """
    if error.reason not in {"wrong_name", "expired", "not_yet_valid"}:
        return None
    certificate = certificate_at(error.url, timeout=timeout, place=place, pair=pair)
    if certificate is None:
        return None
    if error.reason == "wrong_name":
        return _complaint_about_names(certificate, urlsplit(error.url).hostname or "")
    return _complaint_about_time(certificate, datetime.now(UTC))


def _complaint_about_names(certificate: Certificate, host: str) -> str:
    from cryptography import x509  # noqa: PLC0415 - slow to load, and seldom needed

    alternatives = _alternatives(certificate)
    if alternatives is None:
        subject = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        if [name.value for name in subject] == [host]:
            return "x509: certificate relies on legacy Common Name field, use SANs instead"
        names = []
    else:
        names = alternatives.get_values_for_type(x509.DNSName)
    if _is_address(host):
        addresses = alternatives.get_values_for_type(x509.IPAddress) if alternatives else []
        names = [str(address) for address in addresses]
        if not names:
            return (
                f"x509: cannot validate certificate for {host} because it doesn't contain any "
                "IP SANs"
            )
    if not names:
        return f"x509: certificate is not valid for any names, but wanted to match {host}"
    return f"x509: certificate is valid for {', '.join(names)}, not {host}"


def _alternatives(certificate: Certificate) -> SubjectAlternativeName | None:
    from cryptography import x509  # noqa: PLC0415

    with contextlib.suppress(x509.ExtensionNotFound):
        return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return None


def _complaint_about_time(certificate: Certificate, now: datetime) -> str:
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    told = f"before {_rfc_3339(start)}" if now < start else f"after {_rfc_3339(end)}"
    return f"{_OUT_OF_DATE}: current time {_rfc_3339(now)} is {told}"


def _rfc_3339(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_address(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(host))
    return False
