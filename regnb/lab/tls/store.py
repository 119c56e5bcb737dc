"""The certificates of one lab, in its folder.

The authority's key stays alone in `authority`. Each certificate has a folder of its own, which a
registry or an engine can be given as it is: with the authority beside it, named as Docker wants it
(https://docs.docker.com/engine/security/certificates/).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cryptography import x509

from regnb.errors import CertificateUnknown
from regnb.lab.folder import Folder
from regnb.lab.tls.issuing import Authority, Issued, Role

AUTHORITY_NAME = "regnb lab CA"
CA, CA_KEY = "authority/ca.crt", "authority/ca.key"
# A client's certificate that ended in .crt would be taken for an authority.
_SUFFIXES: dict[Role, str] = {"server": "crt", "client": "cert", "signer": "crt"}


class Certificates:
    """An authority, made when it is first needed, and what it has signed."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def make_authority(self) -> Authority:
        """The authority of this lab, made unless there is one."""
        certificate, key = self._folder.read(CA), self._folder.read(CA_KEY)
        if certificate and key:
            return Authority.load(Issued(certificate, key))
        made = Authority.new(AUTHORITY_NAME)
        self._folder.write(CA_KEY, made.issued.key)
        self._folder.write(CA, made.issued.certificate)
        return made

    @property
    def authority_file(self) -> Path:
        """The file of the authority's certificate, which is made unless there is one."""
        self.make_authority()
        return self._folder.path / CA

    def issue(
        self,
        name: str,
        names: Sequence[str],
        *,
        role: Role,
        common_name: str | None = None,
        expired: bool = False,
    ) -> Path:
        """Folder of a new certificate `name`, in place of an older one of that name."""
        authority = self.make_authority()
        issued = authority.issue(common_name or name, names, role=role, expired=expired)
        self._folder.write(f"certificates/{name}/ca.crt", authority.issued.certificate)
        self._folder.write(key_file(name), issued.key)
        return self._folder.write(certificate_file(name, role), issued.certificate).parent

    def has(self, name: str) -> bool:
        """Whether there is a certificate `name`."""
        return (self._folder.path / "certificates" / name / f"{name}.key").exists()

    def folder_of(self, name: str) -> Path:
        """Folder of the certificate `name`; raises CertificateUnknown."""
        if not self.has(name):
            raise CertificateUnknown(name)
        return self._folder.path / "certificates" / name

    def pair_of(self, name: str) -> tuple[Path, Path]:
        """Files of the certificate `name` and of its key; raises CertificateUnknown."""
        folder = self.folder_of(name)
        found = (folder / f"{name}.{suffix}" for suffix in ("cert", "crt"))
        return next(path for path in found if path.exists()), folder / f"{name}.key"

    def all(self) -> Iterator[tuple[str, x509.Certificate]]:
        """Names and certificates, the authority first, then by name."""
        if content := self._folder.read(CA):
            yield "ca", x509.load_pem_x509_certificate(content)
        for folder in sorted((self._folder.path / "certificates").glob("*")):
            content = self.pair_of(folder.name)[0].read_bytes()
            yield folder.name, x509.load_pem_x509_certificate(content)


def key_file(name: str) -> str:
    """File of the key of the certificate `name`, in the folder of the lab."""
    return f"certificates/{name}/{name}.key"


def certificate_file(name: str, role: Role) -> str:
    """File of the certificate `name`, in the folder of the lab."""
    return f"certificates/{name}/{name}.{_SUFFIXES[role]}"
