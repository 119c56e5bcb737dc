"""The HTTP server: cheroot, with the parts exchanged that blobs are too large for.

Cheroot, granian and gunicorn were measured side by side. Cheroot runs in
this process: it starts in a tenth of a second, needs half the memory, and dies with it, where the
workers of the two others outlive a killed parent and keep its port. It parses in Python, which is
fast enough: a manifest takes longer. What is exchanged here, and why:

- buffers: cheroot's are written in Python and copy each block several times; the standard
  library's are not, and a blob is sent by the kernel (sendfile);
- the rest of a body that was not wanted: cheroot reads it at once into memory; here it is thrown
  away in blocks, and the connection is closed when there is much of it;
- the TLS handshake: cheroot does it where connections are accepted, so that one slow client would
  keep all others out; here it is done by the thread of the connection.

An application finds its client's connection under `CONNECTION` in the environment. One that asks to
upgrade may get it for itself alone: it serves no further request.
"""

from __future__ import annotations

import io
import logging
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

from cheroot import wsgi
from cheroot.server import ChunkedRFile, HTTPConnection, HTTPServer, KnownLengthRFile
from cheroot.workers.threadpool import ThreadPool, WorkerThread

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

logger = logging.getLogger(__name__)

THREADS_AT_FIRST = 8
THREADS_AT_MOST = 512
BACKLOG = 512
IDLE_CONNECTIONS = 1000
TIMEOUT_SECONDS = 60
CONNECTION = "regnb.connection"
STOP_SECONDS = 0.5
MAX_HEADER_BYTES = 64 * 1024
BUFFER = 64 * 1024
BLOCK = 256 * 1024
# What the kernel takes at once: with the usual size it stops sending a blob at every turn.
SEND_BUFFER = 4 * 1024 * 1024
# How long the rest of an unwanted body is thrown away, so that the client reads its answer.
DRAIN_SECONDS = 5.0
LAST_CHUNK = b"0\r\n\r\n"
PLAIN_ON_TLS = (
    b"HTTP/1.0 400 Bad Request\r\nConnection: close\r\n\r\n"
    b"Client sent an HTTP request to an HTTPS server.\n"
)


class FileRange:
    """Bytes `start` to `stop` of an open file, in blocks; the server sends the file itself."""

    def __init__(self, file: BinaryIO, start: int, stop: int) -> None:
        self.file = file
        self.start = start
        self.stop = stop

    def __iter__(self) -> Iterator[bytes]:
        with self.file:
            self.file.seek(self.start)
            left = self.stop - self.start
            while left and (block := self.file.read(min(left, BLOCK))):
                left -= len(block)
                yield block

    def close(self) -> None:
        """Close the file."""
        self.file.close()


class Reader(io.BufferedReader):
    """Buffered bytes of a socket."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(socket.SocketIO(sock, "r"), BUFFER)
        self._socket = sock

    def has_data(self) -> bool:
        """Whether bytes are here already, so that waiting for the socket would be wrong."""
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.version() is None:
            return False  # to look would begin the handshake, and swallow why it fails
        self._socket.settimeout(0)
        try:
            return bool(self.peek(1))
        except OSError:
            return False
        finally:
            self._socket.settimeout(TIMEOUT_SECONDS)


class Writer:
    """Bytes to a socket, at once."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def write(self, content: bytes) -> int:
        """Send all of `content`."""
        self._socket.sendall(content)
        return len(content)


def make_file(sock: socket.socket, mode: str, _size: int = BUFFER) -> Reader | Writer:
    """A reader or a writer of `sock`."""
    return Reader(sock) if "r" in mode else Writer(sock)


class Connection(HTTPConnection):
    """A connection with fast buffers, whose TLS handshake is done by its own thread."""

    def __init__(self, server: HTTPServer, sock: socket.socket, _make_file: object = None) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        super().__init__(server, sock, make_file)
        self.is_new = True
        self._needs_handshake = isinstance(sock, ssl.SSLSocket)

    def communicate(self) -> bool:
        """Answer one request; whether the connection stays open."""
        if self._needs_handshake and not self._shake_hands():
            return False
        return bool(super().communicate())  # type: ignore[no-untyped-call]  # cheroot's

    def _shake_hands(self) -> bool:
        self._needs_handshake = False
        try:
            self.socket.do_handshake()
        except OSError as error:
            logger.info("TLS handshake with %s failed: %s", self.remote_addr, error)
            if "HTTP_REQUEST" in str(getattr(error, "reason", "")):
                with suppress(OSError):
                    socket.socket.send(self.socket, PLAIN_ON_TLS)
            self._let_read()
            return False
        return True

    def _let_read(self) -> None:
        """Wait until the client has read why it was refused, and hangs up.

        It may have sent its first request already, and a socket closed on unread bytes takes back
        what it has sent: https://www.rfc-editor.org/rfc/rfc9293#section-3.6.1
        """
        end = time.monotonic() + DRAIN_SECONDS
        with suppress(OSError):
            self.socket.settimeout(DRAIN_SECONDS)
            socket.socket.shutdown(self.socket, socket.SHUT_WR)
            while time.monotonic() < end and socket.socket.recv(self.socket, BUFFER):
                pass


class Gateway(wsgi.Gateway_10):
    """Calls the application, sends files by the kernel, and leaves no unread body behind."""

    def get_environ(self) -> dict[str, object]:  # type: ignore[override]  # the stub says None
        """The environment of a request."""
        environ: dict[str, object] = super().get_environ()  # type: ignore[no-untyped-call]
        self.req.close_connection |= "HTTP_UPGRADE" in environ
        environ[CONNECTION] = self.req.conn.socket
        return environ

    def respond(self) -> None:
        """Answer one request."""
        body = self.req.rfile
        response = self.req.server.wsgi_app(self.env, self.start_response)
        try:
            self.req.rfile = None
            much_is_unread = _much_is_unread(body)
            self.req.close_connection |= much_is_unread
            self._send(response)
        finally:
            if hasattr(response, "close"):
                response.close()
        if much_is_unread:
            self._drain()
        elif isinstance(body, KnownLengthRFile):
            body.read()  # else the next request would begin with it

    def _send(self, response: Iterable[bytes]) -> None:
        plain = not isinstance(self.req.conn.socket, ssl.SSLSocket)
        if plain and isinstance(response, FileRange) and isinstance(response.file, io.FileIO):
            self.req.ensure_headers_sent()
            length = response.stop - response.start
            if length:  # sendfile refuses to send nothing
                self.req.conn.socket.sendfile(response.file, response.start, length)
            return
        for block in filter(None, response):
            self.req.ensure_headers_sent()
            self.req.write(block)
        self.req.ensure_headers_sent()

    def _drain(self) -> None:
        """Let the client read its answer before the connection is reset under its writes."""
        deadline = time.monotonic() + DRAIN_SECONDS
        with suppress(OSError, ValueError):
            if self.req.chunked_write:
                self.req.chunked_write = False
                self.req.conn.wfile.write(LAST_CHUNK)
            self.req.conn.socket.shutdown(socket.SHUT_WR)
            self.req.conn.socket.settimeout(DRAIN_SECONDS)
            while self.req.conn.rfile.read1(BUFFER) and time.monotonic() < deadline:
                pass


def _much_is_unread(body: KnownLengthRFile | ChunkedRFile) -> bool:
    """Whether there is more of a body than is read to keep the connection.

    The end marks of a chunked one are read by the way.
    """
    if isinstance(body, KnownLengthRFile):
        return bool(body.remaining > BUFFER)
    if not body.closed:
        return True
    with suppress(ValueError, OSError):
        for _ in iter(body.rfile.readline, b"\r\n"):
            pass
    return False


class Threads(ThreadPool):
    """A pool that grows when a connection waits: slow clients keep nobody out."""

    _threads: list[threading.Thread]
    _queue: queue.Queue[Connection]

    def grow(self, amount: int) -> None:
        """Start threads, and do not wait for them as cheroot does: it costs a tenth of a second."""
        for _ in range(min(amount, THREADS_AT_MOST - len(self._threads))):
            worker = WorkerThread(self.server)  # type: ignore[no-untyped-call]  # cheroot's
            worker.daemon = True
            worker.start()
            self._threads.append(worker)

    def put(self, conn: Connection) -> None:
        """Give a connection to the next thread that is free."""
        if self._queue.qsize() >= self.idle:
            self.grow(1)
        super().put(conn)


class Server(wsgi.Server):
    """The HTTP server of `app`, on a TCP address or the path of a Unix socket.

    With `listening` it serves that TCP socket, which somebody else has bound to the address.
    """

    ConnectionClass = Connection
    keep_alive_conn_limit = IDLE_CONNECTIONS
    max_request_header_size = MAX_HEADER_BYTES

    def __init__(
        self,
        address: tuple[str, int] | str,
        app: WSGIApplication,
        context: ssl.SSLContext | None = None,
        listening: socket.socket | None = None,
    ) -> None:
        self._listening = listening
        super().__init__(
            address,
            app,
            server_name="regnb",
            request_queue_size=BACKLOG,
            timeout=TIMEOUT_SECONDS,
        )
        self.shutdown_timeout = STOP_SECONDS
        self.requests = Threads(self, min=THREADS_AT_FIRST, max=THREADS_AT_MOST)
        self.gateway = Gateway
        self.ssl_adapter = TlsAdapter(context) if context else None

    @property
    def port(self) -> int:
        """The TCP port that it listens on."""
        return int(self.socket.getsockname()[1])

    def bind(self, family: int, type: int, proto: int = 0) -> socket.socket:  # noqa: A002
        """The socket to listen on: the one that was given, else a new one."""
        if self._listening is None:
            bound: socket.socket = super().bind(family, type, proto)
            return bound
        self._listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = self._listening
        self.bind_addr = self._listening.getsockname()[:2]
        return self._listening

    def process_conn(self, conn: Connection) -> None:
        """Give a connection to a thread, once it has something to say."""
        if conn.is_new:
            conn.is_new = False
            self.put_conn(conn)
        else:
            super().process_conn(conn)

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        """Log what the server has to say of its own."""
        logger.log(level, msg, exc_info=traceback)


class TlsAdapter:
    """Wraps accepted sockets; `Connection` shakes the hands."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context

    def bind(self, sock: socket.socket) -> socket.socket:
        """Leave the listening socket as it is."""
        return sock

    def wrap(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, str]]:
        """A TLS socket without handshake, and what the WSGI environment has to say of it."""
        wrapped = self._context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return wrapped, {"wsgi.url_scheme": "https"}

    makefile = staticmethod(make_file)


@contextmanager
def serving(
    app: WSGIApplication,
    address: tuple[str, int] | str = ("127.0.0.1", 0),
    context: ssl.SSLContext | None = None,
) -> Iterator[Server]:
    """A server of `app` that runs in a thread as long as the context."""
    server = Server(address, app, context)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
