"""How long to wait for a network that may never answer, and how to notice another one."""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import TypeVar

from regnb.errors import RegistryTimedOut

T = TypeVar("T")

# Each wait has its timeout, but a host has many addresses, and a name server no timeout at all.
DECIDED_WITHIN = 12.0
# https://www.rfc-editor.org/rfc/rfc5737: an address that nobody has.
_SOMEWHERE = ("192.0.2.1", 9)


def in_time(ask: Callable[[], T], host: str, seconds: float | None = None) -> T:
    """What `ask` gives; raises RegistryTimedOut about `host` when it takes more than `seconds`.

    These are DECIDED_WITHIN unless given. It is then left to end by itself, and its result is lost.
    """
    limit = seconds or DECIDED_WITHIN
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(ask())
        except BaseException as error:  # noqa: BLE001 - raised again, where it is waited for
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    try:
        return future.result(limit)
    except TimeoutError:
        message = f"No answer within {limit:.0f} seconds."
        raise RegistryTimedOut(message, method="GET", url=f"https://{host}/v2/") from None


def own_address() -> str:
    """The address from which this machine goes out, empty without a network; nothing is sent."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(_SOMEWHERE)
        return str(probe.getsockname()[0])
    return ""
