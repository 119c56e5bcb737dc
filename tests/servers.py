"""Programs that answer HTTP on a port and are no registry, or not an open one."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count

from werkzeug import Request, Response
from werkzeug.serving import make_server


@contextmanager
def answering(status: int, headers: dict[str, str]) -> Iterator[int]:
    """Port of loopback on which every request is answered with `status` and `headers`."""

    @Request.application
    def app(_request: Request) -> Response:
        return Response("<p>hello</p>", status, headers)

    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def slow_to_start(target: int, *, cuts: int, reset: bool) -> Iterator[int]:
    """Port of loopback that leads to the port `target` once it has cut `cuts` connections.

    As Docker's proxy does, which listens before the program in the container: with a reset, or by
    closing.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
        threading.Thread(target=_accept, args=(listener, target, cuts, reset), daemon=True).start()
        yield port


def _accept(listener: socket.socket, target: int, cuts: int, reset: bool) -> None:
    for number in count():
        try:
            client, _ = listener.accept()
        except OSError:
            return
        if number >= cuts:
            server = socket.create_connection(("127.0.0.1", target))
            for pair in ((client, server), (server, client)):
                threading.Thread(target=_forward, args=pair, daemon=True).start()
            continue
        if reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            client.recv(1 << 16)  # what is not read would make it a reset
        client.close()


def _forward(source: socket.socket, target: socket.socket) -> None:
    with source, suppress(OSError):
        while content := source.recv(1 << 16):
            target.sendall(content)
        target.shutdown(socket.SHUT_WR)
