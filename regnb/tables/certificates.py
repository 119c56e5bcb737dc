"""Certificates, and what a connection shows of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cryptography import x509
from cryptography.x509.oid import NameOID

from regnb.i18n import Translator
from regnb.tables.table import FactTable, Table

CERTIFICATES = {
    "certificate": "str",
    "subject": "str",
    "names": "object",
    "issuer": "str",
    "not_before": "datetime64[us, UTC]",
    "not_after": "datetime64[us, UTC]",
}
HANDSHAKE = {"field": "str", "value": "object"}


def certificates_table(
    translator: Translator, certificates: Iterable[tuple[str, x509.Certificate]]
) -> Table:
    """Certificates by name, one row each.

    Columns: certificate (str, the lab's name for it), subject and issuer (str, their common names),
    names (list of str: the subjectAltName, such as `localhost`; empty without any), not_before and
    not_after (UTC: its validity).
    """
    rows = [{"certificate": name, **facts_of(one)} for name, one in certificates]
    return Table.of(translator, rows, columns=CERTIFICATES)


def handshake_table(translator: Translator, facts: Mapping[str, object]) -> Table:
    """Facts of a TLS connection: columns field (str) and value, for example `tls_version`."""
    rows = [{"field": field, "value": value} for field, value in facts.items()]
    return FactTable.of(translator, rows, columns=HANDSHAKE)


def facts_of(certificate: x509.Certificate) -> dict[str, object]:
    """Subject, names, issuer and validity of `certificate`."""
    return {
        "subject": _common_name(certificate.subject),
        "names": _names(certificate),
        "issuer": _common_name(certificate.issuer),
        "not_before": certificate.not_valid_before_utc,
        "not_after": certificate.not_valid_after_utc,
    }


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in extension.value]
