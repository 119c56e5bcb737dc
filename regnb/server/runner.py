"""A registry as a process: from its settings to its end."""

from __future__ import annotations

import logging
import os
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import NoReturn

from regnb.server.app import create_app
from regnb.server.config import Config
from regnb.server.directory import DirectoryStorage
from regnb.server.http_server import STOP_SECONDS, Server
from regnb.server.memory import MemoryStorage
from regnb.server.storage import Storage


def storage_of(config: Config) -> Storage:
    """The storage that `config` names; without a directory it is in memory."""
    if config.storage_directory:
        return DirectoryStorage(Path(config.storage_directory))
    return MemoryStorage()


def server_of(config: Config) -> Server:
    """A server that listens already; raises OSError when it cannot."""
    host, _, port = config.address.rpartition(":")
    server = Server((host.strip("[]"), int(port)), create_app(storage_of(config), config))
    server.prepare()
    return server


def serve_until_told(server: Server) -> NoReturn:
    """Serve until SIGTERM or SIGINT, then end the process within a second.

    Requests that run have half a second to end. What was acknowledged is on the disk by then, and
    what was not is swept at the next start: there is nothing else to wait for.
    """
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        server.serve()
    except SystemExit:
        stopping = threading.Thread(target=server.stop, daemon=True)
        stopping.start()
        stopping.join(STOP_SECONDS)
    logging.shutdown()
    os._exit(0)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit
