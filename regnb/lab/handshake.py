"""What a TLS connection to the registry has agreed on.

A server that wants a client certificate says so in the handshake, but in TLS 1.3 the client only
learns that it was refused with the first answer: so one byte of it is awaited.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography import x509

from regnb.lab.authority import CA, certificate_file, key_file
from regnb.lab.show import Command, command
from regnb.registry import Request
from regnb.registry.problems import CERTIFICATE_REASONS, network_errors

Client = Literal["not_asked", "missing", "taken", "refused"]

_TIMEOUT = 10.0
_REQUEST = b"GET /v2/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Handshake:
    """Version, cipher, the server's certificate, and why it is not trusted, if so (`tls.…`).

    `client` is what the server makes of client certificates: it may want none (`not_asked`), let
    nobody in without (`missing`), take the one that it is shown (`taken`) or not (`refused`).
    """

    version: str
    cipher: str
    certificate: x509.Certificate
    distrust: str | None
    client: Client


@dataclass(frozen=True)
class _Look:
    version: str
    cipher: str
    certificate: bytes
    is_answered: bool


def shake_hands(
    port: int, *, host: str, authority: Path | None, client: tuple[Path, Path] | None
) -> Handshake:
    """The handshake with the server at `port` of loopback, as a client that calls it `host`.

    Raises RegistryUnreachable when nothing listens there or the connection is cut, and TLSFailed
    when there is no TLS.
    """
    with network_errors(Request("GET", f"https://{host}:{port}/v2/")):
        return _handshake(port, host, authority, client)


def handshake_command(address: str, host: str, *, client: str | None = None) -> Command:
    """The command that shows a handshake with the registry at `address`, as `client` if any."""
    words = ["-connect", address, "-servername", host, "-verify_hostname", host, "-CAfile", CA]
    if client:
        words += ["-cert", certificate_file(client, "client"), "-key", key_file(client)]
    return command("openssl", "s_client", *words)


def _handshake(
    port: int, host: str, authority: Path | None, client: tuple[Path, Path] | None
) -> Handshake:
    bare = _look(port, host, _trusting_all())
    distrust = None
    try:
        _look(port, host, _checking(authority))
    except ssl.SSLCertVerificationError as error:
        distrust = CERTIFICATE_REASONS.get(error.verify_code, "handshake")
    return Handshake(
        version=bare.version,
        cipher=bare.cipher,
        certificate=x509.load_der_x509_certificate(bare.certificate),
        distrust=distrust,
        client="not_asked" if bare.is_answered else _with_client(port, host, client),
    )


def _with_client(port: int, host: str, client: tuple[Path, Path] | None) -> Client:
    if client is None:
        return "missing"
    context = _trusting_all()
    context.load_cert_chain(*client)
    return "taken" if _look(port, host, context).is_answered else "refused"


def _look(port: int, host: str, context: ssl.SSLContext) -> _Look:
    with (
        socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        cipher = secure.cipher()
        return _Look(
            version=secure.version() or "",
            cipher=cipher[0] if cipher else "",
            certificate=secure.getpeercert(binary_form=True) or b"",
            is_answered=_is_answered(secure),
        )


def _is_answered(secure: ssl.SSLSocket) -> bool:
    try:
        secure.sendall(_REQUEST)
        return bool(secure.recv(1))
    except (ssl.SSLError, ConnectionError):
        return False


def _trusting_all() -> ssl.SSLContext:
    """A client that looks at every certificate, and sends nothing that is secret."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _checking(authority: Path | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False
    if authority:
        context.load_verify_locations(authority)
    return context
