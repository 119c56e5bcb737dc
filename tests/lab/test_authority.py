"""The authority of a lab, and the certificates in its folder."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regnb.errors import CertificateUnknown
from regnb.lab.authority import Certificates

NAMES = ["localhost", "172.17.0.2"]


def test_certificate_is_replaced_and_the_authority_kept(certificates: Certificates) -> None:
    certificates.issue("server", ["localhost"], role="server")
    before = dict(certificates.all())
    certificates.issue("server", NAMES, role="server")
    after = dict(certificates.all())
    assert before["ca"] == after["ca"]
    assert before["server"] != after["server"]


def test_expired_one_ended_in_the_past(certificates: Certificates) -> None:
    certificates.issue("server", NAMES, role="server", expired=True)
    certificate = dict(certificates.all())["server"]
    assert certificate.not_valid_before_utc < certificate.not_valid_after_utc < datetime.now(UTC)


def test_unknown_certificate(certificates: Certificates) -> None:
    with pytest.raises(CertificateUnknown):
        certificates.folder_of("server")
