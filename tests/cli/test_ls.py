"""`regnb ls`: what it prints, and when it is stopped or the registry wants to be asked less."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from werkzeug import Request, Response

from regnb.cli.ls import PASSWORD, client_of
from regnb.registry import RegistryClient
from regnb.server import Config, MemoryStorage, create_app
from regnb.web.http_server import serving
from tests.cli.commands import REPOSITORY, run
from tests.contract.images import push
from tests.free_port import free_port
from tests.inventory.whole import Whole, limited
from tests.registry.apps import serve


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(create_app(MemoryStorage(), Config())) as server:
        with RegistryClient(f"http://localhost:{server.port}") as client:
            push(client, "team/w3", "1.0", b"a" * 1000)
            push(client, "team/w3", "2.0", b"b" * 2000)
            push(client, "other", "1.0", b"a" * 1000)
        yield client.url


def ls(*words: str, home: Path, language: str = "en") -> subprocess.CompletedProcess[str]:
    return run("ls", *words, language=language, XDG_CACHE_HOME=str(home))


@pytest.mark.parametrize(
    ("language", "heading", "size"),
    [("en", "its own", "2.0 kB"), ("fr", "en propre", "2,0 ko")],
)
def test_table(url: str, tmp_path: Path, language: str, heading: str, size: str) -> None:
    done = ls(url, home=tmp_path, language=language)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert heading in lines[0]
    assert [line.split()[:2] for line in lines[1:]] == [
        ["other", "1.0"],
        ["team/w3", "1.0"],
        ["team/w3", "2.0"],
    ]
    assert size in lines[3].replace("\u202f", " ").replace("\u00a0", " ")


def test_csv_and_json_are_data(url: str, tmp_path: Path) -> None:
    table = pd.read_csv(io.StringIO(ls(url, "--format", "csv", home=tmp_path).stdout))
    rows = json.loads(ls(url, "--format", "json", "--no-cache", home=tmp_path).stdout)
    assert list(table.tag.astype(str)) == [row["tag"] for row in rows]
    assert list(table.unique_bytes) == [row["unique_bytes"] for row in rows] == [0, 0, 2000]


def test_address_without_a_scheme_and_one_repository(url: str, tmp_path: Path) -> None:
    done = ls(url.removeprefix("http://"), "--repository", "other", home=tmp_path)
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["other"]


def test_cache_is_kept_unless_it_is_not_wanted(url: str, tmp_path: Path) -> None:
    ls(url, "--no-cache", home=tmp_path)
    assert not list(tmp_path.iterdir())
    ls(url, home=tmp_path)
    (cache,) = tmp_path.rglob("*.sqlite")
    assert cache.stat().st_mode & 0o077 == 0


def test_part_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    whole = Whole()
    whole.tag("good", "1", whole.image("good"))
    app = whole.app()
    names = Response('{"repositories": ["good", "gone"]}')
    app.answers = {**app.answers, "GET /v2/_catalog": names}
    with serve(app) as address:
        done = ls(address, home=tmp_path)
    assert done.returncode == 1
    assert "gone: " in done.stderr
    assert "good" in done.stdout


def test_registry_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = ls(f"localhost:{free_port()}", home=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "localhost" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_names_do_not_steer_the_terminal(whole: Whole, tmp_path: Path, form: str) -> None:
    """What a registry says is shown, not obeyed."""
    name, tag = "\x1b]0;owned\x07", "\u202e1"
    whole.tag("good", tag, Response(""))
    whole.tag("bad", "1", Response(json.dumps({"errors": [{"code": "X", "message": name}]}), 500))
    app = whole.app()
    names = Response(json.dumps({"repositories": ["good", "bad", name]}))
    app.answers = {**app.answers, "GET /v2/_catalog": names}
    with serve(app) as address:
        done = ls(address, "--format", form, home=tmp_path)
    assert done.returncode == 1
    assert "owned" in done.stdout
    assert not set("\x1b\x07\u202e") & set(done.stdout + done.stderr)


@pytest.mark.parametrize("scheme", ["", "http://", "https://", "ftp://"])
def test_password_in_an_address_is_not_printed(tmp_path: Path, scheme: str) -> None:
    done = ls(f"{scheme}bob:se/cr@et@host", home=tmp_path)
    assert done.returncode == 1
    assert "host" in done.stderr
    assert not any(part in done.stdout + done.stderr for part in ("bob", "se/cr", "et@"))


@pytest.mark.parametrize(
    ("place", "url"),
    [
        ("registry.example:5000", "https://registry.example:5000"),
        ("localhost.example", "https://localhost.example"),
        ("10.0.0.1", "https://10.0.0.1"),
        ("localhost:5000", "http://localhost:5000"),
        ("127.0.0.2", "http://127.0.0.2"),
        ("[::1]:5000", "http://[::1]:5000"),
        ("http://registry.example", "http://registry.example"),
    ],
)
def test_only_this_machine_is_asked_without_tls(
    monkeypatch: pytest.MonkeyPatch, place: str, url: str
) -> None:
    monkeypatch.setenv(PASSWORD, "secret")
    with client_of(place, "bob", None) as client:
        assert client.url == url


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
