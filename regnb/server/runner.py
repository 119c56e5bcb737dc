"""A registry as a process: from its settings to its end."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn, cast

from regnb.server.application import App, create_app
from regnb.server.configuration import Config, context_of
from regnb.server.directory_storage import DirectoryStorage
from regnb.server.memory_storage import MemoryStorage
from regnb.server.monitoring import start_log
from regnb.server.pull_through import UpstreamClient
from regnb.server.storage_interface import RegistryStorage
from regnb.web.http_server import STOP_SECONDS, Server
from regnb.web.signals import signals, start, stop

logger = logging.getLogger(__name__)


def storage_of(config: Config) -> RegistryStorage:
    """The storage that `config` names; without a directory it is in memory."""
    if config.storage_directory:
        return DirectoryStorage(Path(config.storage_directory))
    return MemoryStorage()


def server_of(
    config: Config,
    listening: socket.socket | None = None,
    *,
    upstream: UpstreamClient | None = None,
) -> Server:
    """A server that listens already; raises InvalidConfiguration, or OSError when it cannot.

    With `listening` it does so on that socket, and binds none itself. `upstream` as in
    `create_app`.
    """
    config.refuse_to_be_open()
    return _listening(create_app(storage_of(config), config, upstream=upstream), config, listening)


def operations_server_of(server: Server, config: Config, listening: socket.socket | None) -> Server:
    """A server of health and metrics alone, in the clear, on the debug address of `config`."""
    apart = replace(config, address=config.debug_address, socket="", tls=None)
    app = cast("App", server.wsgi_app)
    return _listening(app.of_operations(), apart, listening)


def _listening(app: App, config: Config, listening: socket.socket | None) -> Server:
    context = context_of(config.tls) if config.tls else None
    server = Server(config.socket or (config.host, config.port), app, context, listening)
    old_mask = os.umask(0o177 if config.socket else 0o077)
    try:
        server.prepare()
    finally:
        os.umask(old_mask)
    return server


def run(
    config: Config,
    *,
    upstream: UpstreamClient | None = None,
    stopped: int = 0,
    listening: Sequence[socket.socket] = (),
    on_listening: Callable[[], None] | None = None,
) -> NoReturn:
    """Serve until SIGTERM or SIGINT, then exit with `stopped`; raises as `server_of` does.

    `listening` are sockets that are bound already: the registry's, then that of its metrics.
    `on_listening` is called as soon as clients can connect.

    It ends within a second: requests that run have half of it to end. What was acknowledged is on
    the disk by then, and what was not is swept at the next start: nothing else is waited for.
    """
    bound = iter(listening)
    start_log(config.log_level, requests=config.access_log)
    server = server_of(config, next(bound, None), upstream=upstream)
    with signals() as told:
        if config.debug_address:
            start(operations_server_of(server, config, next(bound, None)))
        start(server)
        if on_listening:
            on_listening()
        logger.info("listening on %s", config.socket or f"{config.host}:{server.port}")
        while not told.wait():
            pass
        stop([server], within=STOP_SECONDS)
        logging.shutdown()
        os._exit(stopped)
