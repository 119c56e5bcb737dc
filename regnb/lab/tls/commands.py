"""The openssl commands that stand for what the lab does in its folder with certificates."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509

from regnb.lab.show import Command, command
from regnb.lab.tls.issuing import LIFETIME, OVER, Role, general_name
from regnb.lab.tls.store import AUTHORITY_NAME, CA, CA_KEY, certificate_file, key_file

_NEW = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc")
_USAGES = {"server": "serverAuth", "client": "clientAuth"}
# It takes OpenSSL 3.4 to choose them.
_START, _END = (moment.strftime("%Y%m%d%H%M%SZ") for moment in OVER)
_EXPIRED = ("-not_before", _START, "-not_after", _END)


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
    if role in _USAGES:
        extensions.append(f"extendedKeyUsage={_USAGES[role]}")
    if names:
        extensions.append(f"subjectAltName={','.join(map(_san, names))}")
    return command(
        *_NEW,
        *("-CA", CA, "-CAkey", CA_KEY, "-subj", f"/CN={common_name}"),
        *(_EXPIRED if expired else ("-days", str(LIFETIME.days))),
        *_extensions(extensions),
        *("-keyout", key_file(name), "-out", certificate_file(name, role)),
    )


def handshake_command(address: str, host: str, *, client: str | None = None) -> Command:
    """The command that shows a handshake with the registry at `address`, as `client` if any."""
    words = ["-connect", address, "-servername", host, "-verify_hostname", host, "-CAfile", CA]
    if client:
        words += ["-cert", certificate_file(client, "client"), "-key", key_file(client)]
    return command("openssl", "s_client", *words)


def _san(text: str) -> str:
    kind = "IP" if isinstance(general_name(text), x509.IPAddress) else "DNS"
    return f"{kind}:{text}"


def _extensions(texts: Sequence[str]) -> list[str]:
    return [word for text in texts for word in ("-addext", text)]
