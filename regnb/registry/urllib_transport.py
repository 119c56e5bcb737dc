"""Requests over sockets, by urllib3."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

from urllib3 import BaseHTTPResponse, PoolManager, Timeout

from regnb.errors import ConnectionLost, TLSFailed
from regnb.registry.network import network_errors
from regnb.registry.transport import BLOCK_SIZE, Request, Response

# More threads than this still work; their connections are just not kept.
_CONNECTIONS_KEPT = 64
_HOSTS_KEPT = 8
# An answer of which less is left is read to its end, so that its connection can be used again.
_WORTH_READING = 1 << 16


class UrllibTransport:
    """Sockets, plain or TLS, kept open and shared between threads.

    `ca_file` is trusted beside the authorities of the system; `client_certificate` is the files of
    a certificate and its key. Raises TLSFailed when one of these files cannot be used.
    """

    def __init__(
        self,
        *,
        ca_file: str | Path | None = None,
        client_certificate: tuple[str | Path, str | Path] | None = None,
        verify: bool = True,
    ) -> None:
        self._pool = PoolManager(
            num_pools=_HOSTS_KEPT,
            maxsize=_CONNECTIONS_KEPT,
            blocksize=BLOCK_SIZE,
            retries=False,
            ssl_context=_tls_context(ca_file, client_certificate, verify=verify),
        )

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
            answer = self._pool.urlopen(
                request.method,
                request.url,
                body=request.body,
                # Blobs and manifests are named by the digest of their bytes: as they are, please.
                headers={"Accept-Encoding": "identity", **request.headers},
                timeout=Timeout(request.timeout),
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
        blocks = _blocks(answer, request)
        return Response(answer.status, answer.headers, blocks, lambda: _give_back(answer))

    def close(self) -> None:
        """Close the connections that are kept."""
        for key in self._pool.pools.keys():  # noqa: SIM118 - it is no mapping that iterates
            self._pool.pools[key].close()
        self._pool.clear()


def _blocks(answer: BaseHTTPResponse, request: Request) -> Iterator[bytes]:
    with network_errors(request, in_body=True):
        while block := answer.read1(BLOCK_SIZE):
            yield block


def _give_back(answer: BaseHTTPResponse) -> None:
    if answer.length_remaining is not None and answer.length_remaining < _WORTH_READING:
        answer.drain_conn()
        answer.release_conn()
    else:
        answer.close()


def _tls_context(
    ca_file: str | Path | None,
    client_certificate: tuple[str | Path, str | Path] | None,
    *,
    verify: bool,
) -> ssl.SSLContext:
    # Reading the authorities of the system takes a while: not when nobody is checked.
    context = ssl.create_default_context() if verify else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if ca_file:
            context.load_verify_locations(ca_file)
        if client_certificate:
            context.load_cert_chain(*client_certificate)
    except OSError as error:
        raise TLSFailed(str(error), reason="unreadable_file") from error
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
