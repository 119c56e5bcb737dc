from __future__ import annotations

import signal
import subprocess
import sys

COUNT = "echo started; exec sleep 60"


def restarted(*command: str) -> list[str]:
    return [sys.executable, "-m", "tests.realparts.restarted", *command]


def test_service_is_started_anew_at_each_sighup_and_ends_with_sigterm() -> None:
    command = restarted("sh", "-c", COUNT)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for _ in range(3):
            assert process.stdout.readline() == "started\n"
            process.send_signal(signal.SIGHUP)
        assert process.stdout.readline() == "started\n"
        process.terminate()
        # No service has the pipe open any more.
        assert process.stdout.read() == ""
    assert process.returncode == 128 + signal.SIGTERM


def test_service_that_ends_by_itself_is_not_started_again() -> None:
    assert subprocess.run(restarted("sh", "-c", "exit 7"), check=False).returncode == 7
