"""The authority of a lab, and the certificates in its folder."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from regnb.errors import CertificateUnknown
from regnb.lab.authority import (
    CA,
    Certificates,
    Role,
    authority_command,
    certificate_command,
    certificate_file,
)
from regnb.lab.ownership import Folder

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


needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")


def facts(path: Path) -> set[str]:
    """The extensions of a certificate that matter, and whether they are critical."""
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    kinds = (x509.BasicConstraints, x509.ExtendedKeyUsage, x509.SubjectAlternativeName)
    found = {certificate.subject.rfc4514_string(), certificate.issuer.rfc4514_string()}
    for extension in certificate.extensions:
        if isinstance(extension.value, kinds):
            found.add(f"{extension.value} {extension.critical}")
    return found


@needs_openssl
@pytest.mark.parametrize(
    ("role", "names"), [("server", NAMES), ("client", []), ("server", [])], ids=str
)
def test_shown_commands_make_the_same(
    certificates: Certificates, folder: Folder, tmp_path: Path, role: Role, names: list[str]
) -> None:
    certificates.issue("one", names, role=role)
    there = tmp_path / "there"
    for part in ("authority", "certificates/one"):
        (there / part).mkdir(parents=True)
    for command in (
        authority_command(),
        certificate_command("one", "one", names, role=role, expired=False),
    ):
        subprocess.run(command.text, shell=True, cwd=there, check=True, capture_output=True)
    for file in (CA, certificate_file("one", role)):
        assert facts(there / file) == facts(folder.path / file)
