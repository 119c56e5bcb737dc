"""Certificates that the lab makes, held against OpenSSL: its words make the same ones."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509

from regnb.lab.authority import CA, Certificates, Role, certificate_file
from regnb.lab.ownership import Folder
from regnb.lab.tls import authority_command, certificate_command

NAMES = ["localhost", "172.17.0.2"]


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
