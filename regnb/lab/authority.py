"""The lab's certificate authority, and the certificates that it signs, in the folder of the lab.

Beside them, the openssl commands that make the same.

By `cryptography`, which the tokens of the registry need anyway: `trustme` hides the parts that the
course is about, and makes no certificate without subjectAltName.

The authority's key stays alone in `authority`. Each certificate has a folder of its own, which a
registry or an engine can be given as it is: with the authority beside it, named as Docker wants it
(https://docs.docker.com/engine/security/certificates/).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from regnb.errors import CertificateUnknown
from regnb.lab.ownership import Folder
from regnb.lab.show import Command, command

Role = Literal["server", "client", "signer"]

LIFETIME = timedelta(days=90)
# A clock that is a little behind must not find the certificate not valid yet.
HEAD_START = timedelta(minutes=5)
# The validity of an expired one: any day that is over.
OVER = (datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 1, 2, tzinfo=UTC))
_USAGES = {"server": ExtendedKeyUsageOID.SERVER_AUTH, "client": ExtendedKeyUsageOID.CLIENT_AUTH}
AUTHORITY_NAME = "regnb lab CA"
CA, CA_KEY = "authority/ca.crt", "authority/ca.key"
# A client's certificate that ended in .crt would be taken for an authority.
_SUFFIXES: dict[Role, str] = {"server": "crt", "client": "cert", "signer": "crt"}

_NEW = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc")
_USAGE_WORDS = {"server": "serverAuth", "client": "clientAuth"}
# It takes OpenSSL 3.4 to choose them.
_START, _END = (moment.strftime("%Y%m%d%H%M%SZ") for moment in OVER)
_EXPIRED = ("-not_before", _START, "-not_after", _END)


@dataclass(frozen=True)
class Issued:
    """A certificate and its private key, both PEM."""

    certificate: bytes
    key: bytes


@dataclass(frozen=True)
class Authority:
    """A certificate authority: what it has signed, everybody who trusts it trusts."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def new(cls, name: str) -> Self:
        """A new authority called `name`, which signs itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _named(name)
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        now = datetime.now(UTC)
        builder = (
            _builder(subject, subject, key, now - HEAD_START, now + LIFETIME)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
        )
        return cls(builder.sign(key, hashes.SHA256()), key)

    @classmethod
    def load(cls, issued: Issued) -> Self:
        """The authority whose certificate and key are `issued`."""
        key = load_pem_private_key(issued.key, None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("The key of the authority is not one of ours.")
        return cls(x509.load_pem_x509_certificate(issued.certificate), key)

    @property
    def issued(self) -> Issued:
        """Its certificate and its key, PEM."""
        return _pem(self.certificate, self.key)

    def issue(
        self, name: str, names: Iterable[str], *, role: Role, expired: bool = False
    ) -> Issued:
        """A certificate called `name` (its CN), for the hosts and addresses `names` (its SANs).

        Without `names` it has no subjectAltName; `expired`, it was valid on one day of the past.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        start, end = OVER if expired else (now - HEAD_START, now + LIFETIME)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = _builder(_named(name), self.certificate.subject, key, start, end).add_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True
        )
        builder = builder.add_extension(identifier, critical=False)
        if role in _USAGES:
            usages = x509.ExtendedKeyUsage([_USAGES[role]])
            builder = builder.add_extension(usages, critical=False)
        if sans := [general_name(text) for text in names]:
            builder = builder.add_extension(x509.SubjectAlternativeName(sans), critical=False)
        return _pem(builder.sign(self.key, hashes.SHA256()), key)


def general_name(text: str) -> x509.GeneralName:
    """A host or an IP address as a subjectAltName has it."""
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    start: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _pem(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Issued:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Issued(certificate.public_bytes(Encoding.PEM), private)


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


def authority_command() -> Command:
    """The command that makes a certificate authority."""
    extensions = ("basicConstraints=critical,CA:TRUE,pathlen:0", "keyUsage=critical,keyCertSign")
    return command(
        *_NEW,
        *("-days", str(LIFETIME.days), "-subj", f"/CN={AUTHORITY_NAME}"),
        *_extensions(extensions),
        *("-keyout", CA_KEY, "-out", CA),
    )


def certificate_command(
    name: str, common_name: str, names: Sequence[str], *, role: Role, expired: bool
) -> Command:
    """The command that makes a key and has the authority sign its certificate."""
    extensions = ["basicConstraints=critical,CA:FALSE"]
    if role in _USAGE_WORDS:
        extensions.append(f"extendedKeyUsage={_USAGE_WORDS[role]}")
    if names:
        extensions.append(f"subjectAltName={','.join(map(_san, names))}")
    return command(
        *_NEW,
        *("-CA", CA, "-CAkey", CA_KEY, "-subj", f"/CN={common_name}"),
        *(_EXPIRED if expired else ("-days", str(LIFETIME.days))),
        *_extensions(extensions),
        *("-keyout", key_file(name), "-out", certificate_file(name, role)),
    )


def _san(text: str) -> str:
    kind = "IP" if isinstance(general_name(text), x509.IPAddress) else "DNS"
    return f"{kind}:{text}"


def _extensions(texts: Sequence[str]) -> list[str]:
    return [word for text in texts for word in ("-addext", text)]
