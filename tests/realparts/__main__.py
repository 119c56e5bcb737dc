"""Run a command beside a real engine: `python -m tests.realparts -- make test-docker`."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NoReturn

from tests.realparts.debian import fetch_packages
from tests.realparts.inside import ENGINES, HIDDEN, HUBS
from tests.realparts.leftovers import left_of, make_folder, remove, remove_stale
from tests.realparts.processes import PATIENCE

PROGRAMS = ("docker-registry", "unshare", "setpriv", "ip", "mount", "apt-get")
_ENGINE_PROGRAMS = {"docker": "dockerd", "podman": "podman"}
_ROOT = Path(__file__).parent.parent.parent
# The command gets the signal first, then its engine is stopped: the whole takes a while.
_STOP_TIMEOUT = 3 * PATIENCE
_LEFT_SOMETHING = 70


def main() -> int:
    """Exit code of the command, or another one when something was left behind."""
    arguments = _parse()
    _require(arguments.engine)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    signal.signal(signal.SIGINT, lambda *_: None)
    remove_stale()
    return _run(arguments)


def missing(engine: str = "docker") -> list[str]:
    """Programs, or rights, that this machine does not have and the real parts need."""
    needed = (_ENGINE_PROGRAMS[engine], *PROGRAMS)
    programs = [name for name in needed if shutil.which(name) is None]
    return programs + (["root"] if os.geteuid() != 0 else [])


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.realparts", description=__doc__)
    parser.add_argument("--hub", choices=HUBS, default="full", help="what the Hub holds or says")
    parser.add_argument("--engine", choices=ENGINES, default="docker")
    parser.add_argument("command", nargs="+", help="after `--`")
    return parser.parse_args()


def _require(engine: str) -> None:
    lacking = missing(engine)
    if lacking:
        sys.exit(f"The real parts need what is not here: {', '.join(lacking)}.")


def _run(arguments: argparse.Namespace) -> int:
    kinds = ["--hub", arguments.hub, "--engine", arguments.engine]
    with _folder() as (folder, lock):
        if arguments.hub in {"full", "samples"}:
            fetch_packages(folder / "packages")
        code = _run_inside(folder, lock, [*kinds, "--", *arguments.command])
    left = left_of(folder.name)
    for line in left:
        sys.stderr.write(f"left behind: {line}\n")
    return code or (_LEFT_SOMETHING if left else 0)


@contextmanager
def _folder() -> Iterator[tuple[Path, IO[bytes]]]:
    new = [Path(path) for path in HIDDEN if not Path(path).exists()]
    for path in new:
        path.mkdir()
    folder, lock = make_folder()
    with lock:
        try:
            yield folder, lock
        finally:
            remove(folder)
            for path in new:
                path.rmdir()


def _run_inside(folder: Path, lock: IO[bytes], arguments: list[str]) -> int:
    """Run the command in new namespaces; all of it dies with this process."""
    namespaces = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    inside = [sys.executable, "-m", "tests.realparts.inside", "--folder", str(folder)]
    with subprocess.Popen(
        [
            *("setpriv", "--pdeathsig", "KILL"),
            *("unshare", *namespaces),
            *(*inside, *arguments),
        ],
        env=os.environ | {"PYTHONPATH": str(_ROOT)},
        # Inside it is open until the last moment, so that no other run takes the folder for stale.
        pass_fds=[lock.fileno()],
    ) as process:
        try:
            return process.wait()
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the first process inside to stop everything; unshare itself passes no signal on."""
    if process.poll() is not None:
        return
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii")
    for child in children.split():
        os.kill(int(child), signal.SIGTERM)
    try:
        process.wait(_STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()


def _leave(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
