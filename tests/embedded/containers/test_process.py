from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from regnb.embedded.containers import STOPPED
from regnb.embedded.containers.logs import STDERR, STDOUT, LogQuery, Logs
from regnb.embedded.containers.process import Process, ProcessRuntime, statistics
from regnb.embedded.containers.runtime import Launch
from tests.embedded.containers.records import record


class Ended:
    """Takes the exit code of a process."""

    def __init__(self) -> None:
        self.codes: list[int] = []
        self._told = threading.Event()

    def __call__(self, code: int) -> None:
        self.codes.append(code)
        self._told.set()


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    return Logs(tmp_path / "log.jsonl")


def start(logs: Logs, ended: Ended, *words: str, binary: str = "") -> Process:
    return ProcessRuntime(lambda: binary).start(Launch(list(words), {}), logs, ended)


def test_outputs_and_exit_code_of_a_process(logs: Logs) -> None:
    ended = Ended()
    assert start(logs, ended, "nonsense").wait(20)
    assert ended.codes == [1]
    [line] = logs.read(LogQuery(frozenset({STDOUT, STDERR})), 0.1)
    assert line is not None
    assert (line.stream, line.text) == (STDERR, "unknown command nonsense\n")


def test_program_in_place_of_our_own_is_minded(logs: Logs) -> None:
    ended = Ended()
    process = start(logs, ended, "60", binary="/bin/sleep")
    process.end(20)
    assert ended.codes == [STOPPED]


def test_killed_process_ends_with_its_signal(logs: Logs) -> None:
    ended = Ended()
    process = start(logs, ended, "60", binary="/bin/sleep")
    process.signal(signal.SIGKILL)
    assert process.wait(20)
    assert ended.codes == [128 + signal.SIGKILL]
    process.signal(signal.SIGKILL)  # nothing happens any more


def test_statistics_end_with_the_process() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        values = statistics(record(), child.pid, 0.01)
        first, second = next(values), next(values)
    assert (first["id"], second["preread"]) == (record().id, first["read"])
    assert second["precpu_stats"] == first["cpu_stats"]
    assert list(values) == []
