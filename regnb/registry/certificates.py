"""The certificate that a server shows, looked at without being trusted.

When a connection was refused because of it, this tells whose it is.
"""

from __future__ import annotations

import ssl
from contextlib import closing, suppress
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError

from regnb.outgoing import proxy_to

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, Name

_PORT = 443


def certificate_at(
    url: str,
    *,
    timeout: float,
    place: tuple[str, int] | None = None,
    pair: tuple[Path, Path] | None = None,
) -> Certificate | None:
    """The certificate of the server at `url`, which may be anybody's; None when it shows none.

    `place` is where the server really listens, `pair` a client certificate and its key, `timeout`
    in seconds for each wait.
    """
    from cryptography import x509  # noqa: PLC0415 - slow to load, and seldom needed

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with suppress(OSError, HTTPError, HTTPException, ValueError):
        if pair:
            context.load_cert_chain(*pair)
        with closing(_connection(url, context, timeout, place)) as connection:
            connection.connect()
            secured = connection.sock
            shown = isinstance(secured, ssl.SSLSocket) and secured.getpeercert(binary_form=True)
        return x509.load_der_x509_certificate(shown) if shown else None
    return None


def issuer_at(url: str, *, timeout: float, place: tuple[str, int] | None = None) -> str:
    """Who has signed the certificate of the server at `url`; empty when it cannot be told."""
    certificate = certificate_at(url, timeout=timeout, place=place)
    return _told(certificate.issuer) if certificate else ""


def _connection(
    url: str, context: ssl.SSLContext, timeout: float, place: tuple[str, int] | None
) -> HTTPSConnection:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORT
    proxy = None if place else proxy_to(url)
    if proxy is None:
        return HTTPSConnection(
            *(place or (host, port)), timeout=timeout, ssl_context=context, server_hostname=host
        )
    way = urlsplit(proxy.url)
    connection = HTTPSConnection(
        way.hostname or "", way.port or 80, timeout=timeout, ssl_context=context
    )
    connection.set_tunnel(host, port, proxy.headers)
    return connection


def _told(name: Name) -> str:
    """Common name, and organization when that says more: what administrators know it by."""
    from cryptography.x509.oid import NameOID  # noqa: PLC0415

    found = [
        str(attribute.value)
        for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
        for attribute in name.get_attributes_for_oid(oid)[:1]
    ]
    return ", ".join(dict.fromkeys(found)) or name.rfc4514_string()
