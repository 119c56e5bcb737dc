"""The process of a registry container ends with its engine, however that ends."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from regnb.embedded.containers import STOPPED

CHILD = (sys.executable, "-m", "regnb.embedded.containers.child")


def child(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*CHILD, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@pytest.mark.timeout(60)
def test_program_that_is_minded_ends_with_the_engine() -> None:
    with child("/bin/sleep", "", "600") as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == STOPPED


@pytest.mark.timeout(60)
def test_exit_code_of_the_program_is_passed_on() -> None:
    with child("/bin/false", "") as process:
        assert process.wait() == 1


@pytest.mark.timeout(60)
def test_program_that_is_minded_needs_none_of_the_registry() -> None:
    script = "import sys; import regnb.embedded.containers.child; print([*sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True, env=os.environ
    )
    assert "regnb.server" not in done.stdout
