"""Runs a service, and starts it anew at SIGHUP: `python -m tests.realparts.restarted COMMAND…`."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import NoReturn

from tests.realparts.processes import stop


class Restarted:
    """A service that ends at SIGHUP, to be started again."""

    def __init__(self) -> None:
        self._service: subprocess.Popen[bytes] | None = None
        self._again = False
        signal.signal(signal.SIGHUP, self._restart)

    def run(self, command: Sequence[str]) -> int:
        """Exit code of the service, once it ends by itself."""
        code = self._run_once(command)
        while self._again:
            code = self._run_once(command)
        return code

    def _run_once(self, command: Sequence[str]) -> int:
        self._again = False
        with subprocess.Popen(command) as service:
            self._service = service
            try:
                # The signal may have come before there was a service to end.
                if self._again:
                    service.terminate()
                return service.wait()
            finally:
                stop(service)

    def _restart(self, *_: object) -> None:
        self._again = True
        if self._service:
            self._service.terminate()


def _leave(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)
    sys.exit(Restarted().run(sys.argv[1:]))
