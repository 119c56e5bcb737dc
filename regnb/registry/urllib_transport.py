"""Requests over sockets, by urllib3, which docker brings anyway.

Measured beside others on one loopback server, ratios to urllib3 of HEAD, GET and PUT a second:
requests 0.35, 0.87, 0.93; httpx 0.54, 0.22, 0.84; niquests 0.51, 0.50, 0.84, and it installs a fork
in urllib3's place, which docker would then use. aiohttp would need a thread of its own.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, PoolManager, Timeout

from regnb.errors import CertificateUnreadable, ConnectionLost
from regnb.outgoing import Proxy, proxy_to, trusting_context
from regnb.registry.address import origin
from regnb.registry.problems import network_errors, proxy_error
from regnb.registry.transport import BLOCK_SIZE, Request, Response, Transport

# More threads than this still work; their connections are just not kept.
_CONNECTIONS_KEPT = 64
_HOSTS_KEPT = 8
# An answer of which less is left is read to its end, so that its connection can be used again.
_WORTH_READING = 1 << 16
_PORTS = {"http": 80, "https": 443}
_POOL_OPTIONS: dict[str, Any] = {
    "num_pools": _HOSTS_KEPT,
    "maxsize": _CONNECTIONS_KEPT,
    "blocksize": BLOCK_SIZE,
    "retries": False,
}

Files: TypeAlias = str | Path | Sequence[str | Path] | None
# Where the server of a host and a port really listens, when the name service does not know.
PlaceOf: TypeAlias = Callable[[str, int], tuple[str, int] | None]


class _Way(NamedTuple):
    """What to ask for which URL, the headers that say whom when that is not plain, the proxy."""

    pool: PoolManager | HTTPConnectionPool
    url: str
    headers: dict[str, str]
    proxy: Proxy | None = None


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
        self._proxies: dict[tuple[str, str, int | None], tuple[Proxy, PoolManager] | None] = {}
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
        pool, url, host, proxy = self._way_to(request)
        with network_errors(request, proxy):
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
        if proxy and answer.status == 407:
            answer.close()
            raise proxy_error(request, proxy, answer.status)
        blocks = _blocks(answer, request)
        return Response(answer.status, answer.headers, blocks, lambda: _give_back(answer))

    def _way_to(self, request: Request) -> _Way:
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        place = self._place_of and self._place_of(host, parts.port or _PORTS[parts.scheme])
        if not place:
            by_proxy = self._by_proxy(request)
            if by_proxy:
                return _Way(by_proxy[1], request.url, {}, by_proxy[0])
            return _Way(self._direct(parts.scheme), request.url, {})
        with network_errors(request):
            found = self._direct(parts.scheme).connection_from_host(
                *place, parts.scheme, pool_kwargs={"server_hostname": host}
            )
        target = parts._replace(scheme="", netloc="").geturl()
        return _Way(found, target, {"Host": parts.netloc})

    def _direct(self, scheme: str) -> PoolManager:
        return self._secure if scheme == "https" else self._plain

    def _by_proxy(self, request: Request) -> tuple[Proxy, PoolManager] | None:
        server = origin(request.url)
        if server not in self._proxies:
            proxy = proxy_to(request.url)
            self._proxies[server] = (proxy, self._pool_by(proxy, request)) if proxy else None
        return self._proxies[server]

    def _pool_by(self, proxy: Proxy, request: Request) -> PoolManager:
        context = self._tls_context if request.url.startswith("https:") else None
        try:
            pool = proxy.pool(**_POOL_OPTIONS, ssl_context=context)
        except ValueError as error:  # SOCKS, for instance
            raise proxy_error(request, proxy, 0) from error
        self._pools.append(pool)
        return pool

    def close(self) -> None:
        """Close the connections that are kept."""
        for manager in self._pools:
            for key in manager.pools.keys():  # noqa: SIM118 - it cannot be iterated itself
                manager.pools[key].close()

    def for_small_reads(self) -> Transport:
        """The same connections, made for thousands of small reads, if httptools is installed.

        This one where there is no better: the other knows no places.
        """
        if self._place_of:
            return self
        try:
            from regnb.registry.fast_transport import FastTransport  # noqa: PLC0415 - optional
        except ImportError:
            return self
        return FastTransport(
            self,
            lambda: self._tls_context,
            is_direct=lambda request: self._by_proxy(request) is None,
        )

    @cached_property
    def _tls_context(self) -> ssl.SSLContext:
        """Made when it is needed: to read the authorities of the system takes a while."""
        return _tls_context(*self._tls_options)

    @cached_property
    def _secure(self) -> PoolManager:
        return self._pool(self._tls_context)

    def _pool(self, context: ssl.SSLContext | None) -> PoolManager:
        pool = PoolManager(**_POOL_OPTIONS, ssl_context=context)
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
    context = trusting_context() if verify else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
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
