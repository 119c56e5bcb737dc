"""What is wrong with the certificate of a registry, in the words of Go's crypto/x509.

OpenSSL tells that a name does not fit; Go tells which names would. So the certificate is asked for
once more, without any check. https://pkg.go.dev/crypto/x509
"""

from __future__ import annotations

import contextlib
import ipaddress
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from regnb.registry.certificates import certificate_at

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.x509 import Certificate, SubjectAlternativeName

    from regnb.errors import TLSFailed

_OUT_OF_DATE = "x509: certificate has expired or is not yet valid"


def complaint(
    error: TLSFailed,
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
        return _about_names(certificate, urlsplit(error.url).hostname or "")
    return _about_time(certificate, datetime.now(UTC))


def _about_names(certificate: Certificate, host: str) -> str:
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


def _about_time(certificate: Certificate, now: datetime) -> str:
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    told = f"before {_rfc_3339(start)}" if now < start else f"after {_rfc_3339(end)}"
    return f"{_OUT_OF_DATE}: current time {_rfc_3339(now)} is {told}"


def _rfc_3339(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_address(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(host))
    return False
