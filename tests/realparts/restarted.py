"""Runs a service, and starts it anew at SIGHUP: `python -m tests.realparts.restarted COMMAND…`."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import NoReturn

from tests.realparts.processes import stop


def main(command: Sequence[str]) -> int:
    """Exit code of the service, once it ends by itself."""
    signal.signal(signal.SIGTERM, _leave)
    again = False

    def restart(*_: object) -> None:
        nonlocal again
        again = True
        service.terminate()

    while True:
        with subprocess.Popen(command) as service:
            signal.signal(signal.SIGHUP, restart)
            try:
                code = service.wait()
            finally:
                signal.signal(signal.SIGHUP, signal.SIG_IGN)
                stop(service)
        if not again:
            return code
        again = False


def _leave(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
