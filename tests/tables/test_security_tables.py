from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from regnb.i18n import Translator
from regnb.tables.security_tables import (
    certificates_table,
    claims_table,
    handshake_table,
    rights_table,
)

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ENGLISH = Translator("en")


def certificate(name: str, *names: str) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder(
        subject, subject, key.public_key(), 7, NOW, NOW + timedelta(days=1)
    )
    if names:
        others = x509.SubjectAlternativeName([x509.DNSName(one) for one in names])
        made = made.add_extension(others, critical=False)
    return made.sign(key, hashes.SHA256())


def test_certificates_have_their_names_and_validity() -> None:
    shown = [("server", certificate("lab", "localhost", "registry.lab")), ("ca", certificate("ca"))]
    table = certificates_table(ENGLISH, shown)
    assert list(table.certificate) == ["server", "ca"]
    assert list(table.names) == [["localhost", "registry.lab"], []]
    assert list(table.subject) == list(table.issuer) == ["lab", "ca"]
    assert table.loc[1, "not_before"] == NOW
    assert table.loc[1, "not_after"] == NOW + timedelta(days=1)


def test_handshake_has_one_row_for_each_fact() -> None:
    table = handshake_table(ENGLISH, {"tls_version": "TLSv1.3", "trusted": True})
    assert list(table.field) == ["tls_version", "trusted"]
    assert list(table.value) == ["TLSv1.3", True]


def test_everybody_reads_and_nobody_writes_what_is_not_named() -> None:
    table = rights_table(ENGLISH, {"w3": "ada"})
    assert list(table.repository) == ["w3", "*"]
    assert list(table.readers) == ["*", "*"]
    assert list(table.writer) == ["ada", ""]


@pytest.mark.parametrize(
    ("access", "scopes"),
    [
        ([{"type": "repository", "name": "w3", "actions": ["pull", "push"]}], ["pull,push"]),
        (None, []),
    ],
)
def test_claims_are_facts_with_times_and_scopes(access: object, scopes: list[str]) -> None:
    times = dict.fromkeys(("iat", "nbf", "exp"), NOW.timestamp())
    claims = {"iss": "lab", "sub": "ada", "access": access, **{k: int(v) for k, v in times.items()}}
    table = claims_table(ENGLISH, claims)
    facts = dict(zip(table.field, table.value, strict=True))
    assert facts["issued_at"] == NOW
    assert (facts["issuer"], facts["user"], facts["service"]) == ("lab", "ada", "")
    assert facts["access"] == [f"repository:w3:{actions}" for actions in scopes]
