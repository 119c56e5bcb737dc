"""Which port of this machine the registry is published on, and who has it already."""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass

from regnb.errors import NotARegistry, PortTaken, RegistryError
from regnb.registry import RegistryClient

PREFERRED = 5000
CANDIDATES = range(PREFERRED, PREFERRED + 100)
PROBE_TIMEOUT = 1.0


@dataclass(frozen=True, slots=True)
class PortChoice:
    """The port to publish on; `taken_by` says who has the preferred one, if somebody has."""

    port: int
    taken_by: str | None = None


def choose_port() -> PortChoice:
    """Port 5000 if it is free, else the next free one; raises PortTaken when a hundred are taken.

    `taken_by` is a key that views translate: `registry`, `airplay` or `program`.
    """
    for port in CANDIDATES:
        if is_free(port):
            return PortChoice(port, who_has(PREFERRED) if port != PREFERRED else None)
    raise PortTaken("Every port from 5000 to 5099 is taken.", subject=str(PREFERRED))


def is_free(port: int) -> bool:
    """Whether nothing listens on `port` of the loopback addresses.

    Binding alone does not tell: macOS lets one bind 127.0.0.1 beside a listener on `*`.
    """
    return not _answers("127.0.0.1", port) and not _answers("::1", port) and _can_bind(port)


def who_has(port: int, system: str = sys.platform) -> str:
    """Who listens on `port` of this `system`: `registry`, `airplay` (macOS) or `program`."""
    try:
        RegistryClient(f"http://localhost:{port}", timeout=PROBE_TIMEOUT).ping()
    except NotARegistry as error:
        return "airplay" if error.status == 403 and system == "darwin" else "program"
    except RegistryError as error:
        return "registry" if error.status == 401 else "program"
    return "registry"


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=PROBE_TIMEOUT):
            return True
    except OSError:
        return False


def _can_bind(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
