"""What is wrong with the certificate of a registry, in the words of Go's crypto/x509.

OpenSSL tells that a name does not fit; Go tells which names would. So the certificate is asked for
once more, without the check that failed. https://pkg.go.dev/crypto/x509
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from regnb.engine.embedded.remote.trust import Trust

# X509_V_FLAG_NO_CHECK_TIME, which the ssl module has no name for:
# https://docs.openssl.org/3.0/man3/X509_VERIFY_PARAM_set_flags/
_NO_CHECK_TIME = 0x200000
_OUT_OF_DATE = "x509: certificate has expired or is not yet valid"


def complaint(
    reason: str, host: str, place: tuple[str, int], trust: Trust, timeout: float
) -> str | None:
    """The words for `reason` about `host`, whose server is at `place`; None when it has no more.

    `reason` is that of TLSFailed.
    """
    if reason not in {"wrong_name", "expired", "not_yet_valid"}:
        return None
    certificate = _certificate(host, place, trust, timeout)
    if certificate is None:
        return None
    if reason == "wrong_name":
        return _about_names(certificate, host)
    return _about_time(certificate, datetime.now(UTC))


def _certificate(
    host: str, place: tuple[str, int], trust: Trust, timeout: float
) -> Mapping[str, Any] | None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_flags = ssl.VerifyFlags(context.verify_flags | _NO_CHECK_TIME)
    with contextlib.suppress(OSError):
        for path in trust.authorities:
            context.load_verify_locations(path)
        if trust.pair:
            context.load_cert_chain(*trust.pair)
        with (
            socket.create_connection(place, timeout) as connection,
            context.wrap_socket(connection, server_hostname=host) as secured,
        ):
            return secured.getpeercert()
    return None


def _about_names(certificate: Mapping[str, Any], host: str) -> str:
    alternatives = certificate.get("subjectAltName", ())
    subject = dict(pair for part in certificate.get("subject", ()) for pair in part)
    if not alternatives and subject.get("commonName") == host:
        return "x509: certificate relies on legacy Common Name field, use SANs instead"
    names = [value for kind, value in alternatives if kind == "DNS"]
    if _is_address(host):
        names = [value for kind, value in alternatives if kind == "IP Address"]
        if not names:
            return (
                f"x509: cannot validate certificate for {host} because it doesn't contain any "
                "IP SANs"
            )
    if not names:
        return f"x509: certificate is not valid for any names, but wanted to match {host}"
    return f"x509: certificate is valid for {', '.join(names)}, not {host}"


def _about_time(certificate: Mapping[str, Any], now: datetime) -> str:
    start, end = (
        datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate[name]), UTC)
        for name in ("notBefore", "notAfter")
    )
    told = f"before {_rfc_3339(start)}" if now < start else f"after {_rfc_3339(end)}"
    return f"{_OUT_OF_DATE}: current time {_rfc_3339(now)} is {told}"


def _rfc_3339(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_address(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(host))
    return False
