"""Endpoints of engines: where they are, and whether anything listens there."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import docker.errors
from docker.utils import parse_host

from regnb.errors import (
    EngineDenied,
    EngineNotReady,
    EngineRemote,
    EngineUnavailable,
    EngineUnreachable,
)
from regnb.outgoing import is_loopback

UNIX = "unix://"
# Docker Desktop takes seconds to wake up; a socket that hangs must not take longer.
ANSWER_TIMEOUT = 5


def refuse_remote(endpoint: str) -> None:
    """Raise EngineRemote for an endpoint whose `localhost` is not this machine's."""
    try:
        parts = urlsplit(str(parse_host(endpoint)))
    except (ValueError, docker.errors.DockerException) as error:
        raise EngineUnreachable(str(error), subject=endpoint) from error
    is_network = parts.scheme in {"http", "https"}
    if parts.scheme == "ssh" or (is_network and not is_loopback(parts.hostname or "localhost")):
        raise EngineRemote(f"The engine at `{endpoint}` is on another machine.", subject=endpoint)


def knock(endpoint: str) -> None:
    """Raise EngineDenied or EngineUnavailable when a Unix socket accepts no connection.

    The SDK never closes a socket that could not connect, so it is not sent to one like that.
    """
    if not endpoint.startswith(UNIX):
        return
    path = endpoint.removeprefix(UNIX)
    if not hasattr(socket, "AF_UNIX"):
        raise EngineUnavailable("There are no Unix sockets on this system.", subject=endpoint)
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(ANSWER_TIMEOUT)
        try:
            probe.connect(path)
        except PermissionError as error:
            raise EngineDenied(str(error), subject=path) from error
        except TimeoutError as error:
            raise EngineNotReady(str(error), subject=endpoint) from error
        except OSError as error:
            raise EngineUnavailable(str(error), subject=endpoint) from error
