"""The process of a registry container: `python -m … BINARY SOCKETS WORD…`.

It ends with its engine, however that ends: the engine holds the other end of its standard input.
With an empty BINARY it is our own registry, which serves at the SOCKETS that the engine has bound
(file descriptors, joined by commas); else it minds that program, which knows no such things.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from types import FrameType

from regnb.embedded.containers import STOPPED


def main(arguments: list[str]) -> int:
    """Run the registry; gives its exit code."""
    binary, sockets, *words = arguments
    return _mind(binary, words) if binary else _run_own(words, sockets)


def _run_own(words: list[str], sockets: str) -> int:
    from regnb.embedded.containers.registry_program import run_program  # noqa: PLC0415 - not for a binary

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    _when_the_engine_ends(lambda: os.kill(os.getpid(), signal.SIGTERM))
    return run_program(words, [socket.socket(fileno=int(one)) for one in sockets.split(",") if one])


def _stop(_signal: int, _frame: FrameType | None) -> None:
    # Until the registry takes the signal over: its threads may live already, and would be awaited.
    os._exit(STOPPED)


def _mind(binary: str, words: list[str]) -> int:
    process = subprocess.Popen([binary, *words], stdin=subprocess.DEVNULL)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: process.send_signal(number))
    _when_the_engine_ends(process.terminate)
    code = process.wait()
    return STOPPED if code in {-signal.SIGTERM, -signal.SIGINT} else code


def _when_the_engine_ends(action: Callable[[], None]) -> None:
    def watch() -> None:
        while os.read(0, 1):
            pass
        action()

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
