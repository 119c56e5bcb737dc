"""The lanes of `.ci/run`, with small commands."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DYING = 20.0

# With bash 5.2, where suites are made; in the bash 5.3 of a suite `wait -n` misses a lane's end.
pytestmark = pytest.mark.skipif(
    not (shutil.which("flock") and shutil.which("debootstrap")), reason="no lanes run here"
)


def script(first: str, second: str) -> list[str]:
    lanes = f"one() {{ {first}; }}; two() {{ {second}; }}; run_lanes one two"
    return ["bash", "-c", f"set -euo pipefail; source {ROOT}/.ci/lanes.sh; {lanes}"]


def run(first: str, second: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        script(first, second), check=False, capture_output=True, text=True, timeout=60
    )


def is_running(mark: str) -> bool:
    return any(mark.encode() in read(path) for path in Path("/proc").glob("[0-9]*/cmdline"))


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def ends(mark: str) -> bool:
    end = time.monotonic() + DYING
    while is_running(mark) and time.monotonic() < end:
        time.sleep(0.05)
    return not is_running(mark)


def test_parts_are_shown_in_one_piece_and_timed() -> None:
    noisy = "part noisy sh -c 'for n in 1 2 3; do echo noisy $n; sleep 0.1; done'"
    done = run(f"{noisy}; part later echo later", "part other echo other; part last echo last")
    assert done.returncode == 0, done.stderr
    assert "===== noisy\nnoisy 1\nnoisy 2\nnoisy 3\n" in done.stdout
    assert {line.split("  ")[-1] for line in done.stdout.splitlines()[-4:]} == {
        *("noisy", "later", "other", "last")
    }


def test_first_part_that_fails_is_shown_last_and_stops_all(tmp_path: Path) -> None:
    mark = f"sleep 61; : {tmp_path}"
    waiting = f"part waiting sh -c '{mark}'; part never touch {tmp_path}/never"
    done = run(waiting, "part good echo good; part bad sh -c 'echo cause; exit 3'; part no echo no")
    assert done.returncode == 3
    assert "===== good\ngood" in done.stdout
    assert "===== bad\ncause\n" in done.stdout
    assert done.stdout.endswith("FAILED: bad\n")
    assert "===== no\n" not in done.stdout
    assert not is_running(mark)
    assert not (tmp_path / "never").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signal_stops_all(tmp_path: Path, number: signal.Signals) -> None:
    mark = f"sleep 62; : {tmp_path}"
    lane = f"part waiting sh -c '{mark}'"
    started = f"touch {tmp_path}/started; {lane}"
    # Below `nohup`, bash could not hear it either.
    heard = ["env", "--default-signal", *script(lane, started)]
    with subprocess.Popen(heard, stdout=subprocess.DEVNULL) as process:
        while not ((tmp_path / "started").exists() and is_running(mark)):
            time.sleep(0.05)
        process.send_signal(number)
    assert process.returncode == 143
    assert ends(mark)
