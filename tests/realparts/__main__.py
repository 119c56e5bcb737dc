"""Run a command beside a real engine: `python -m tests.realparts -- make test-docker`."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from tests.realparts.debian import fetch_packages
from tests.realparts.inside import ENGINES, HIDDEN, HUBS, STORES
from tests.realparts.leftovers import left_of, make_folder, remove, remove_stale
from tests.realparts.namespaces import python_module, run_apart
from tests.realparts.suites import SUITES, suite

_APART = ("unshare", "setpriv", "mount", "apt-get")
SUITE_PROGRAMS = (*_APART, "debootstrap", "chroot", "pivot_root")
ENGINE_PROGRAMS = {
    "docker": (*_APART, "docker-registry", "ip", "dockerd"),
    "podman": (*_APART, "docker-registry", "ip", "podman"),
}
_LEFT_SOMETHING = 70


def main() -> int:
    """Exit code of the command, or another one when something was left behind."""
    arguments = _parse()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    signal.signal(signal.SIGINT, lambda *_: None)
    remove_stale()
    return _run(arguments)


def missing(*programs: str) -> list[str]:
    """Which of `programs`, or rights, this machine does not have."""
    absent = [name for name in programs if shutil.which(name) is None]
    return absent + (["root"] if os.geteuid() != 0 else [])


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.realparts", description=__doc__)
    parser.add_argument("--hub", choices=HUBS, default="full", help="what the Hub holds or says")
    parser.add_argument("--engine", choices=ENGINES, default="docker")
    parser.add_argument("--store", choices=STORES, default="classic", help="of Docker's images")
    parser.add_argument("--suite", choices=SUITES, help="of Debian, in a root of its own")
    parser.add_argument("command", nargs="+", help="after `--`")
    return parser.parse_args()


def _require(*programs: str) -> None:
    lacking = missing(*programs)
    if lacking:
        sys.exit(f"The real parts need what is not here: {', '.join(lacking)}.")


def _run(arguments: argparse.Namespace) -> int:
    run = _run_in_suite if arguments.suite else _run_here
    folder, lock = make_folder()
    with lock:
        try:
            # Open inside until the last moment, so that no other run takes the folder for stale.
            code = run(arguments, folder, lock.fileno())
        finally:
            remove(folder)
    left = left_of(folder.name)
    for line in left:
        sys.stderr.write(f"left behind: {line}\n")
    return code or (_LEFT_SOMETHING if left else 0)


def _run_here(arguments: argparse.Namespace, folder: Path, lock: int) -> int:
    _require(*ENGINE_PROGRAMS[arguments.engine])
    if arguments.hub in {"full", "samples"}:
        fetch_packages(folder / "packages")
    command = [*python_module("inside", "--folder", str(folder)), *_same(arguments)]
    with _mount_points():
        return run_apart(command, network=False, pass_fds=[lock])


def _run_in_suite(arguments: argparse.Namespace, folder: Path, lock: int) -> int:
    """Run the same in the root of the suite, where the engine and Python are its own."""
    _require(*SUITE_PROGRAMS)
    with suite(arguments.suite, folder) as start:
        command = [*start, ".venv/bin/python", "-m", "tests.realparts", *_same(arguments)]
        return run_apart(command, network=True, pass_fds=[lock])


def _same(arguments: argparse.Namespace) -> list[str]:
    kinds = ["--hub", arguments.hub, "--engine", arguments.engine, "--store", arguments.store]
    return [*kinds, "--", *arguments.command]


@contextmanager
def _mount_points() -> Iterator[None]:
    new = [Path(path) for path in HIDDEN if not Path(path).exists()]
    for path in new:
        path.mkdir()
    try:
        yield
    finally:
        for path in new:
            path.rmdir()


def _leave(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
