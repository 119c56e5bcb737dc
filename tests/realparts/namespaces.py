"""Commands in new namespaces, where whatever they mount or start ends with them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.realparts.processes import PATIENCE

ROOT = Path(__file__).parent.parent.parent
# The command gets the signal first, then its engine is stopped: the whole takes a while.
_STOP_TIMEOUT = 3 * PATIENCE


def python_module(name: str, *arguments: str) -> list[str]:
    """The command of a module of this folder."""
    return [sys.executable, "-m", f"tests.realparts.{name}", *arguments]


def run_apart(command: Sequence[str], *, network: bool, pass_fds: Sequence[int] = ()) -> int:
    """Exit code of the command in new namespaces; all of it dies with this process.

    With `network` it has that of the machine. It has the `pass_fds` open until its last moment.
    """
    namespaces = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    new = namespaces if network else ["--net", *namespaces]
    with (
        subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", *new, *command],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            pass_fds=pass_fds,
        ) as process,
        _stopped(process),
    ):
        return process.wait()


@contextmanager
def _stopped(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Ask the first process inside to stop everything; unshare itself passes no signal on."""
    try:
        yield
    finally:
        if process.poll() is None:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii")
            for child in children.split():
                os.kill(int(child), signal.SIGTERM)
            try:
                process.wait(_STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
