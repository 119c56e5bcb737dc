"""Thousands of small reads: sockets kept open, answers parsed by llhttp, nothing in between.

urllib3 takes most of the time of such a request: 450 µs of the processor, where this takes 120. It
still makes the connections, plain or TLS, and carries everything that is no read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from typing import TYPE_CHECKING

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
from urllib3 import HTTPHeaderDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import parse_url

from regnb.registry.address import host_and_target, origin
from regnb.registry.problems import NETWORK_ERRORS, network_error, network_errors
from regnb.registry.transport import Request, Response

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from socket import socket

    from regnb.registry.transport import Transport

_READS = frozenset({"GET", "HEAD"})
_BLOCK = 1 << 16
_HEAD_LIMIT = 1 << 18
# More of an answer than this is not worth reading to use its connection again.
_WORTH_READING = 1 << 16


class FastTransport:
    """Reads by connections of its own, shared between threads; all else goes to `beneath`.

    So do those that are not `is_direct`, which go by a proxy.
    """

    def __init__(
        self,
        beneath: Transport,
        tls: Callable[[], ssl.SSLContext],
        *,
        is_direct: Callable[[Request], bool],
    ) -> None:
        self._beneath = beneath
        self._tls = tls
        self._is_direct = is_direct
        self._idle: defaultdict[tuple[str, str, int | None], list[socket]] = defaultdict(list)

    def send(self, request: Request) -> Response:
        """The answer; raises as `UrllibTransport.send`.

        A read is sent again when its connection is closed instead of answered, once on a new one.
        """
        is_read = request.method in _READS and request.body is None
        if not is_read or not self._is_direct(request):
            return self._beneath.send(request)
        try:
            return self._answered(request, self._idle[origin(request.url)])
        except NETWORK_ERRORS as error:
            raise network_error(error, request) from error

    def _answered(self, request: Request, idle: list[socket]) -> Response:
        while idle:
            with suppress(ConnectionError, IndexError):
                return self._asked(idle.pop(), request, idle)
        with suppress(ConnectionError):
            return self._asked(self._connected(request), request, idle)
        return self._asked(self._connected(request), request, idle)

    def close(self) -> None:
        """Close the connections that are kept."""
        for idle in self._idle.values():
            while idle:
                idle.pop().close()

    def _connected(self, request: Request) -> socket:
        parts = parse_url(request.url)
        host = (parts.host or "").strip("[]")
        if parts.scheme == "https":
            secure = HTTPSConnection(
                host, parts.port, timeout=request.timeout, ssl_context=self._tls()
            )
            secure.connect()
            return secure.sock
        plain = HTTPConnection(host, parts.port, timeout=request.timeout)
        plain.connect()
        return plain.sock

    def _asked(self, connection: socket, request: Request, idle: list[socket]) -> Response:
        answer = _Answer(connection, request)
        try:
            answer.read_head()
        except BaseException:
            connection.close()
            raise

        def give_back() -> None:
            with suppress(OSError, HTTPException):
                answer.drain(_WORTH_READING)
            if answer.is_over and answer.stays_open:
                idle.append(connection)
            else:
                connection.close()

        return Response(answer.status, answer.headers, answer.blocks(), give_back)


class _Answer:
    """One answer, as llhttp tells it: the methods `on_…` are called by the parser."""

    def __init__(self, connection: socket, request: Request) -> None:
        self._connection = connection
        self._request = request
        self._parser = HttpResponseParser(self)
        self._body: list[bytes] = []
        self.status = 0
        self.headers: HTTPHeaderDict
        self.has_head = self.is_over = self.stays_open = self._ends_with_connection = False

    def on_message_begin(self) -> None:
        self.headers = HTTPHeaderDict()

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.add(name.decode("latin-1"), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        if self.status < 200:  # announces the answer, and is none
            return
        self.has_head = True
        closes = self.headers.get("Connection", "").lower() == "close"
        self.stays_open = self._parser.get_http_version() == "1.1" and not closes
        without_body = self._request.method == "HEAD" or self.status in {204, 304}
        framed = "Content-Length" in self.headers or "Transfer-Encoding" in self.headers
        self._ends_with_connection = not (framed or without_body)
        self.is_over = without_body

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        self.is_over = self.has_head

    def read_head(self) -> None:
        """Send the request, and read until the headers are there."""
        if self._connection.gettimeout() != self._request.timeout:  # to set it asks the kernel
            self._connection.settimeout(self._request.timeout)
        head = _head_of(self._request)
        # Who closes instead of reading may have said why: the alert of TLS is an answer too.
        with suppress(ConnectionError):
            self._connection.sendall(head)
        received = 0
        while not self.has_head:
            received += self._receive()
            if received > _HEAD_LIMIT:
                raise HTTPException("The headers are too large.")

    def blocks(self) -> Iterator[bytes]:
        """The body as it comes."""
        with network_errors(self._request):
            while self._body or not self.is_over:
                if self._body:
                    yield self._body.pop(0)
                else:
                    self._receive()

    def drain(self, limit: int) -> None:
        """Read the rest of the body when it is shorter than `limit`."""
        self._body.clear()
        while not self.is_over and limit > 0:
            limit -= self._receive()
            self._body.clear()

    def _receive(self) -> int:
        data = self._connection.recv(_BLOCK)
        if not data:
            self.stays_open = False
            if not self._ends_with_connection:
                raise ConnectionResetError("The connection was closed.")
            self.is_over = True
            return 0
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            broken = ConnectionResetError if self.has_head else HTTPException
            raise broken(str(error)) from error
        return len(data)


def _head_of(request: Request) -> bytes:
    host, target = host_and_target(request.url)
    # Blobs and manifests are named by the digest of their bytes: as they are, please.
    headers = {"Host": host, "Accept-Encoding": "identity", **request.headers}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if any("\r" in line or "\n" in line for line in (target, *lines)):
        raise HTTPException("A header has two lines.")
    return "\r\n".join((f"{request.method} {target} HTTP/1.1", *lines, "", "")).encode("latin-1")
