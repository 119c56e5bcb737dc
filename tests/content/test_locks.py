from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from regnb.content.locks import hold, is_held, locked

HOLD = """
import sys, time
from pathlib import Path
from regnb.content.locks import hold
lock = hold(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


@contextmanager
def another_process_holding(path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_lock_of_another_process_is_seen_and_waited_for_until_its_end(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with another_process_holding(path) as process:
        assert is_held(path)
        with pytest.raises(TimeoutError):
            hold(path)
        threading.Timer(0.2, process.kill).start()
        with locked(path):
            assert process.wait(10)
    assert not is_held(path)


def test_lock_that_nobody_ever_had_is_not_held(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "lock")
    assert list(tmp_path.iterdir()) == []


def test_threads_have_it_one_at_a_time(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _ in range(20):
            with locked(tmp_path / "lock"):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.0005)
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}
    assert len(most) == 160


def test_lock_is_given_back_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x"), locked(tmp_path / "lock"):
        raise ValueError("x")
    hold(tmp_path / "lock").release()
