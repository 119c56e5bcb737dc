"""Docker Hub as a network makes it: each kind of trouble, on one port of loopback.

The servers are real and speak TLS by an authority of their own, which nobody trusts unless told.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

AUTHORITY = "Nosy Filter Ltd"
NAMES = (
    "registry-1.docker.io",
    "auth.docker.io",
    "index.docker.io",
    "production.cloudflare.docker.com",
    "mirror.gcr.io",
    "public.ecr.aws",
    "localhost",
    "127.0.0.1",
)
VERSION = "Docker-Distribution-Api-Version: registry/2.0"
PAGE = b"<html><h1>Blocked by the filter of this network</h1></html>"

# What a server says to one request, of which the first line is given.
Talk = Callable[[ssl.SSLSocket, str], None]


@dataclass(frozen=True)
class Authority:
    """A certificate authority: its file is what a learner would have to trust."""

    authority: trustme.CA
    file: Path

    @classmethod
    def make(cls, folder: Path) -> Authority:
        authority = trustme.CA(organization_name=AUTHORITY)
        path = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(path))
        return cls(authority, path)

    def context(self, *names: str, expired: bool = False) -> ssl.SSLContext:
        """The server's side, with a certificate for `names`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        now = datetime.now(UTC)
        certificate = self.authority.issue_cert(
            *(names or NAMES),
            not_before=now - timedelta(days=9),
            not_after=now + timedelta(days=-1 if expired else 1),
        )
        certificate.configure_cert(context)
        return context


def answer(status: str, body: bytes = PAGE, *headers: str) -> bytes:
    """An answer of HTTP, after which the connection is closed."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *(headers or ("Content-Type: text/html",)),
    ]
    return "\r\n".join((*lines, "", "")).encode() + body


def saying(content: bytes) -> Talk:
    return lambda connection, _: connection.sendall(content)


def waiting(first: bytes = b"") -> Talk:
    """Send `first`, and then nothing until the other side has had enough."""

    def talk(connection: ssl.SSLSocket, _: str) -> None:
        connection.sendall(first)
        with suppress(OSError):
            connection.recv(1)

    return talk


def dripping(content: bytes, pause: float) -> Talk:
    """Send `content` so slowly that no single wait is long."""

    def talk(connection: ssl.SSLSocket, _: str) -> None:
        with suppress(OSError):
            for number in range(len(content)):
                connection.sendall(content[number : number + 1])
                time.sleep(pause)

    return talk


def by_path(**talks: Talk) -> Talk:
    """The talk whose name is in the path of the request; `v2` for all others."""

    def talk(connection: ssl.SSLSocket, line: str) -> None:
        found = (one for name, one in talks.items() if f"/{name}" in line and name != "v2")
        next(found, talks["v2"])(connection, line)

    return talk


def wanting_token(realm: str) -> bytes:
    """What Docker Hub says to who has no token yet."""
    challenge = f'WWW-Authenticate: Bearer realm="{realm}",service="registry.docker.io"'
    body = b'{"errors":[{"code":"UNAUTHORIZED"}]}'
    return answer("401 Unauthorized", body, VERSION, challenge, "Content-Type: application/json")


TOKEN = answer("200 OK", json.dumps({"token": "abc"}).encode(), "Content-Type: application/json")
FINE = answer("200 OK", b"{}", VERSION, "Content-Type: application/json")


@contextmanager
def serving(
    context: ssl.SSLContext | None, talk: Talk, *, address: str = "127.0.0.1", port: int = 0
) -> Iterator[int]:
    """The port of a server that says `talk`; without `context` it never ends a handshake."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server((address, port)))
        open_ones: list[socket.socket] = []

        def serve_one(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                connection.settimeout(60)
                if context is None:
                    _read(connection)
                    return
                with context.wrap_socket(connection, server_side=True) as secured:
                    open_ones.append(secured)
                    head = b""
                    while b"\r\n\r\n" not in head and (part := secured.recv(65_536)):
                        head += part
                    if head:
                        talk(secured, head.decode("latin-1").partition("\r\n")[0])

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                open_ones.append(connection)
                thread = threading.Thread(target=serve_one, args=(connection,), daemon=True)
                thread.start()

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            for one in open_ones:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)


def _read(connection: socket.socket) -> None:
    while connection.recv(65_536):
        pass
