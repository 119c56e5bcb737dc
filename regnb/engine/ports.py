"""Which ports of this machine a lab publishes on, and who has one of them already."""

from __future__ import annotations

import os
import random
import socket
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from regnb.errors import InvalidPort, NotARegistry, PortTaken, RegistryError
from regnb.registry import RegistryClient

VARIABLE = "REGNB_PORT"
DEFAULT = 5000  # the port that the text of the chapters names
COUNT = 100
# Below, only an administrator may listen: neither the embedded engine nor a rootless one can.
LOWEST, HIGHEST = 1024, 2**16 - COUNT
PROBE_TIMEOUT = 1.0
# Who is refused more often is in a crowd, where all look for the next free port at once.
_REFUSALS_IN_A_ROW = 2
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PortChoice:
    """The port to publish on; where the `first` is not free, `taken_by` says who has it."""

    port: int
    first: int
    taken_by: str | None = None


def ports_of_lab(environment: Mapping[str, str] = os.environ) -> range:
    """The hundred ports of a lab, from that of `REGNB_PORT`, or from 5000; raises InvalidPort.

    Its registries take them from the first on, its token server from the last one down.
    """
    chosen = environment.get(VARIABLE, "").strip()
    if not chosen:
        return range(DEFAULT, DEFAULT + COUNT)
    first = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) <= 5 else 0
    if not LOWEST <= first <= HIGHEST:
        raise InvalidPort(VARIABLE, chosen, LOWEST, HIGHEST)
    return range(first, first + COUNT)


def choose_port(refused: Collection[int] = ()) -> PortChoice:
    """The first port of the lab that is free, and that no engine has `refused`; any, in a crowd.

    `taken_by` is a key that views translate: `registry`, `airplay` or `program`. Raises PortTaken
    when none is free, InvalidPort.
    """
    ports = ports_of_lab()
    start = random.randrange(COUNT) if len(refused) > _REFUSALS_IN_A_ROW else 0  # noqa: S311 - no secret
    for port in (*ports[start:], *ports[:start]):
        if port not in refused and is_free(port):
            return PortChoice(port, ports[0], who_has(ports[0]) if port != ports[0] else None)
    raise PortTaken(f"Every port from {ports[0]} to {ports[-1]} is taken.", subject=str(ports[0]))


def on_free_port(work: Callable[[PortChoice], T]) -> T:
    """What `work` gives for a port that is free, and one more for each that it finds taken.

    Somebody may take it between the look and the start, or the engine see more than we. Raises
    PortTaken when there is no other, InvalidPort.
    """
    refused: set[int] = set()
    while True:
        choice = choose_port(refused)
        try:
            return work(choice)
        except PortTaken:
            refused.add(choice.port)


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
