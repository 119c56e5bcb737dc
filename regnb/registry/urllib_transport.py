"""Requests over sockets, by urllib3."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, PoolManager, Timeout

from regnb.errors import CertificateUnreadable, ConnectionLost
from regnb.registry.network import network_errors
from regnb.registry.transport import BLOCK_SIZE, Request, Response, Transport

# More threads than this still work; their connections are just not kept.
_CONNECTIONS_KEPT = 64
_HOSTS_KEPT = 8
# An answer of which less is left is read to its end, so that its connection can be used again.
_WORTH_READING = 1 << 16
_PORTS = {"http": 80, "https": 443}

Files: TypeAlias = str | Path | Sequence[str | Path] | None
# Where the server of a host and a port really listens, when the name service does not know.
PlaceOf: TypeAlias = Callable[[str, int], tuple[str, int] | None]


class UrllibTransport:
    """Sockets, plain or TLS, kept open and shared between threads.

    `ca_file`, one or several, is trusted beside the authorities of the system; `client_certificate`
    is the files of a certificate and its key. Raises CertificateUnreadable when one of them cannot
    be used. What `place_of` knows is reached there, and has to prove its own name all the same.
    """

    def __init__(
        self,
        *,
        ca_file: Files = None,
        client_certificate: tuple[str | Path, str | Path] | None = None,
        verify: bool = True,
        place_of: PlaceOf | None = None,
    ) -> None:
        self._place_of = place_of
        self._pools: list[PoolManager] = []
        self._plain = self._pool(None)
        self._tls_options = (ca_file, client_certificate, verify)
        if ca_file or client_certificate:
            _ = self._secure

    def send(self, request: Request) -> Response:
        """The answer; raises RegistryUnreachable, TLSFailed or NotARegistry.

        A read is sent once more when its connection is closed instead of answered: the server may
        have closed it, idle, in the very moment that it was taken up again. Nothing else is.
        """
        try:
            return self._send_once(request)
        except ConnectionLost:
            if request.method not in {"GET", "HEAD"}:
                raise
            return self._send_once(request)

    def _send_once(self, request: Request) -> Response:
        with network_errors(request):
            pool, url, host = self._way_to(request.url)
            answer = pool.urlopen(
                request.method,
                url,
                body=request.body,
                # Blobs and manifests are named by the digest of their bytes: as they are, please.
                headers={"Accept-Encoding": "identity", **host, **request.headers},
                timeout=Timeout(request.timeout),
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
        blocks = _blocks(answer, request)
        return Response(answer.status, answer.headers, blocks, lambda: _give_back(answer))

    def _way_to(self, url: str) -> tuple[PoolManager | HTTPConnectionPool, str, dict[str, str]]:
        """What to ask, for what, and the headers that say whom, when that is not plain."""
        parts = urlsplit(url)
        pool = self._secure if parts.scheme == "https" else self._plain
        host = parts.hostname or ""
        place = self._place_of and self._place_of(host, parts.port or _PORTS[parts.scheme])
        if not place:
            return pool, url, {}
        found = pool.connection_from_host(
            *place, parts.scheme, pool_kwargs={"server_hostname": host}
        )
        return found, parts._replace(scheme="", netloc="").geturl(), {"Host": parts.netloc}

    def close(self) -> None:
        """Close the connections that are kept."""
        for manager in self._pools:
            for key in manager.pools.keys():  # noqa: SIM118 - it cannot be iterated itself
                manager.pools[key].close()

    def for_small_reads(self) -> Transport | None:
        """The same connections, made for thousands of small reads, if httptools is installed.

        It knows no places: where they differ there is no better one either.
        """
        try:
            from regnb.registry.lean_transport import LeanTransport  # noqa: PLC0415 - optional
        except ImportError:
            return None
        return None if self._place_of else LeanTransport(self, lambda: self._tls_context)

    @cached_property
    def _tls_context(self) -> ssl.SSLContext:
        """Made when it is needed: to read the authorities of the system takes a while."""
        return _tls_context(*self._tls_options)

    @cached_property
    def _secure(self) -> PoolManager:
        return self._pool(self._tls_context)

    def _pool(self, context: ssl.SSLContext | None) -> PoolManager:
        pool = PoolManager(
            num_pools=_HOSTS_KEPT,
            maxsize=_CONNECTIONS_KEPT,
            blocksize=BLOCK_SIZE,
            retries=False,
            ssl_context=context,
        )
        self._pools.append(pool)
        return pool


def _blocks(answer: BaseHTTPResponse, request: Request) -> Iterator[bytes]:
    with network_errors(request):
        while block := answer.read1(BLOCK_SIZE):
            yield block


def _give_back(answer: BaseHTTPResponse) -> None:
    if answer.length_remaining is not None and answer.length_remaining < _WORTH_READING:
        answer.drain_conn()
        answer.release_conn()
    else:
        answer.close()


def _tls_context(
    ca_file: Files,
    client_certificate: tuple[Path | str, Path | str] | None,
    verify: bool,
) -> ssl.SSLContext:
    context = ssl.create_default_context() if verify else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Names stand in subjectAltName alone: https://www.rfc-editor.org/rfc/rfc9525#section-6.1
    context.hostname_checks_common_name = False
    for path in [ca_file] if isinstance(ca_file, str | Path) else ca_file or ():
        with _reading(path):
            context.load_verify_locations(path)
    if client_certificate:
        with _reading(client_certificate[0]):
            context.load_cert_chain(*client_certificate)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@contextmanager
def _reading(path: str | Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CertificateUnreadable(str(path)) from error
