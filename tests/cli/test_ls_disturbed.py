"""`regnb ls` when it is stopped, and when the registry wants to be asked less."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from werkzeug import Request, Response

from tests.cli.test_doctor import REPOSITORY
from tests.cli.test_ls import ls
from tests.inventory.test_walk import limited
from tests.inventory.whole import Whole
from tests.registry.apps import serve

PATIENCE = 60.0
# As in a terminal: a process that is started in the background ignores Ctrl-C.
LIKE_A_TERMINAL = (
    "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    " runpy.run_module('regnb', run_name='__main__')"
)


@pytest.fixture
def whole() -> Whole:
    whole = Whole()
    for tag in ("1", "2"):
        whole.tag("good", tag, whole.image("good", created=f"2024-01-0{tag}T00:00:00Z"))
    return whole


def start(address: str, home: Path) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", LIKE_A_TERMINAL, "ls", address, "--connections", "1"]
    more = {"REGNB_LANGUAGE": "en", "PYTHONUTF8": "1", "XDG_CACHE_HOME": str(home)}
    return subprocess.Popen(
        words,
        cwd=REPOSITORY,
        env={**os.environ, **more},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_ctrl_c_stops_it_and_the_next_run_goes_on(whole: Whole, tmp_path: Path) -> None:
    asked, released = threading.Event(), threading.Event()
    answer = whole.tags["good"]["2"]
    assert isinstance(answer, Response)

    def slow(_: Request) -> Response:
        asked.set()
        released.wait(PATIENCE)
        return answer

    whole.tag("good", "2", slow)
    app = whole.app()
    with serve(app) as address:
        process = start(address, tmp_path)
        try:
            assert asked.wait(PATIENCE)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=PATIENCE)
        finally:
            released.set()
            process.kill()
        assert (process.returncode, out) == (1, "")
        assert "Stopped." in err
        assert "Traceback" not in err
        app.asked.clear()
        again = ls(address, home=tmp_path)
    assert again.returncode == 0
    assert len(again.stdout.splitlines()) == 3
    assert "GET /v2/good/manifests/2" in app.lines
    assert "HEAD /v2/good/manifests/1" in app.lines
    assert "GET /v2/good/manifests/1" not in app.lines


def test_registry_that_wants_to_be_asked_less_is_waited_for(whole: Whole, tmp_path: Path) -> None:
    answer = whole.tags["good"]["2"]
    assert isinstance(answer, Response)
    whole.tag("good", "2", limited(answer, 1, "2"))
    app = whole.app()
    with serve(app) as address:
        started = time.monotonic()
        done = ls(address, home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 3
    assert time.monotonic() - started >= 2
    assert app.lines.count("GET /v2/good/manifests/2") == 2


def test_registry_that_wants_hours_is_told_and_the_rest_arrives(
    whole: Whole, tmp_path: Path
) -> None:
    whole.tag("good", "3", limited(Response(""), 99, "21600"))
    with serve(whole.app()) as address:
        done = ls(address, "--connections", "1", home=tmp_path)
    assert done.returncode == 1
    assert "good:3: " in done.stderr
    assert "Traceback" not in done.stderr
    assert [line.split()[1] for line in done.stdout.splitlines()[1:3]] == ["1", "2"]
