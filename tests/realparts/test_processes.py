from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.realparts import processes
from tests.realparts.processes import RealPartsError, running

STUBBORN = ["sh", "-c", "trap '' TERM; echo ready; exec sleep 60"]


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_process_that_ends_early_is_told_with_its_log(tmp_path: Path) -> None:
    with running(python("print('no such file')"), log=tmp_path / "log") as process:
        process.process.wait()
        with pytest.raises(RealPartsError, match="no such file"):
            process.wait_for(lambda: None)


def test_process_that_ignores_the_end_is_made_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    with running(STUBBORN, log=log) as process:
        assert process.wait_for(lambda: log.read_text() or None) == "ready\n"
        monkeypatch.setattr(processes, "PATIENCE", 0.1)
    assert process.process.poll() is not None


def test_process_is_stopped_when_the_block_fails(tmp_path: Path) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        running(python("import time; time.sleep(60)"), log=tmp_path / "log") as process,
    ):
        raise ZeroDivisionError
    assert process.process.poll() is not None
