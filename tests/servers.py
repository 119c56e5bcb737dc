"""Programs that answer HTTP on a port and are no registry, or not an open one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

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
