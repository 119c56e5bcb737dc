"""Certificates, what a connection shows of them, who may do what, and what a token says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

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
RIGHTS = {"repository": "str", "readers": "str", "writer": "str"}
# Numbers of seconds since 1970, in a token: https://www.rfc-editor.org/rfc/rfc7519#section-4.1
_TIMES = {"iat": "issued_at", "nbf": "not_before", "exp": "not_after"}
_NAMES = {"iss": "issuer", "sub": "user", "aud": "service"}


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
    return FactTable.of_facts(translator, facts)


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


def rights_table(translator: Translator, writers: Mapping[str, str]) -> Table:
    """Who may read and write which repository.

    Columns: repository (`*`: every other one), readers (`*`: everybody), writer (a user; empty
    when nobody may write).
    """
    rows = [{"repository": name, "readers": "*", "writer": user} for name, user in writers.items()]
    rows.append({"repository": "*", "readers": "*", "writer": ""})
    return Table.of(translator, rows, columns=RIGHTS)


def claims_table(translator: Translator, claims: Mapping[str, object]) -> Table:
    """What a token says: columns field (str) and value.

    Fields: issuer, user, service (str), issued_at, not_before, not_after (UTC), and access (list of
    scopes such as `repository:w3:pull`).
    """
    facts: dict[str, object] = {_NAMES[name]: claims.get(name, "") for name in _NAMES}
    for name, field in _TIMES.items():
        facts[field] = datetime.fromtimestamp(int(str(claims[name])), UTC)
    facts["access"] = _scopes(claims.get("access"))
    return FactTable.of_facts(translator, facts)


def _scopes(access: object) -> list[str]:
    entries = access if isinstance(access, list) else []
    return [f"{one['type']}:{one['name']}:{','.join(one['actions'])}" for one in entries]
