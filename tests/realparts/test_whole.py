"""The real parts as a whole: what they give to a command, and that nothing outlives them."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.realparts.leftovers import left_of, remove_stale
from tests.realparts.marks import needs_real_parts

pytestmark = needs_real_parts

DYING = 10.0


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tests.realparts", "--hub", "empty", "--", *arguments]


@contextmanager
def started() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A run that waits, and its name."""
    waiting = command("sh", "-c", 'echo "$REGNB_REALPARTS"; exec sleep 60')
    with subprocess.Popen(waiting, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process, Path(process.stdout.readline().strip()).name


def test_exit_code_of_the_command_is_passed_on() -> None:
    assert subprocess.run(command("sh", "-c", "exit 7"), check=False).returncode == 7


def test_command_that_does_not_exist_stops_the_engine_too() -> None:
    done = subprocess.run(command("/nowhere/regnb"), check=False, capture_output=True)
    assert done.returncode == 1
    assert b"left behind" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_run_that_is_asked_to_end_leaves_nothing(number: signal.Signals) -> None:
    with started() as (process, name):
        assert left_of(name)
        process.send_signal(number)
    assert process.returncode == 128 + number
    assert left_of(name) == []


def test_run_that_is_killed_leaves_a_folder_that_the_next_one_removes() -> None:
    with started() as (process, name):
        process.kill()
    folder = Path(tempfile.gettempdir()) / name
    assert folder.exists()
    end = time.monotonic() + DYING
    while folder.exists() and time.monotonic() < end:
        remove_stale()
    assert left_of(name) == []


def test_own_docker_of_the_machine_is_out_of_sight() -> None:
    seen = "readlink -f /var/run/docker.sock; ls /etc/docker; ip -brief address | cut -d' ' -f1"
    done = subprocess.run(command("sh", "-c", seen), check=True, stdout=subprocess.PIPE, text=True)
    assert set(done.stdout.split()) >= {"/run/docker.sock", "lo", "docker0"}
    assert "eth0" not in done.stdout
