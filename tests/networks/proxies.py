"""A proxy as offices have them: CONNECT and plain requests, with a login or a mind of its own."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LOGIN = "learner:s3cret/with:signs"
_HEAD_LIMIT = 65_536


@dataclass
class ProxyServer:
    """A proxy on loopback; `seen` are the first lines of what it was asked for."""

    port: int
    seen: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"


@contextmanager
def proxy(
    ways: Mapping[str, int], *, login: str = "", refusal: str = "", address: str = "127.0.0.1"
) -> Iterator[ProxyServer]:
    """A proxy that leads each host of `ways` to a port of loopback.

    It asks for `login` when there is one, and answers all with `refusal` when there is one.
    """
    with socket.create_server((address, 0)) as server:
        found = ProxyServer(server.getsockname()[1])

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=serve_one, args=(connection,), daemon=True).start()

        def serve_one(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                head = _head(connection)
                found.seen.append(head.partition("\r\n")[0])
                status = refusal or _wants(head, login)
                if status:
                    connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
                else:
                    _lead(connection, head, ways)

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield found
        finally:
            server.shutdown(socket.SHUT_RDWR)


def _wants(head: str, login: str) -> str:
    wanted = base64.b64encode(login.encode(errors="surrogateescape")).decode()
    right = f"Proxy-Authorization: Basic {wanted}"
    if not login or right.lower() in head.lower():
        return ""
    return '407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="office"'


def _head(connection: socket.socket) -> str:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _HEAD_LIMIT:
        part = connection.recv(_HEAD_LIMIT)
        if not part:
            break
        head += part
    return head.decode("latin-1")


def _lead(connection: socket.socket, head: str, ways: Mapping[str, int]) -> None:
    method, target, _ = head.split(" ", 2)
    is_tunnel = method == "CONNECT"
    host = target.rpartition(":")[0] if is_tunnel else urlsplit(target).hostname or ""
    with socket.create_connection(("127.0.0.1", ways[host])) as other:
        if is_tunnel:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            path = urlsplit(target)._replace(scheme="", netloc="").geturl()
            other.sendall(head.replace(target, path, 1).encode("latin-1"))
        back = threading.Thread(target=_pump, args=(other, connection), daemon=True)
        back.start()
        _pump(connection, other)
        back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(_HEAD_LIMIT):
            target.sendall(part)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
