"""Nothing that only some systems have is on the way to a lab on Docker."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from regnb.engine import Engine
from regnb.errors import EngineUnavailable
from regnb.i18n import Translator
from regnb.registry import RegistryClient
from tests.free_port import free_port
from tests.realparts.dockerd import ON_TCP

ROOT = Path(__file__).parent.parent
LOADED = """
from tests.unixless import block
block()
import importlib
for name in {names}:
    importlib.import_module(name)
"""
MODULES = (
    *("regnb", "regnb.lab", "regnb.lab.lab", "regnb.lab.preflight", "regnb.web.http_server"),
    *("regnb.lab.auth", "regnb.lab.second", "regnb.authoring.execution"),
    *("regnb.cli", "regnb.cli.course_commands", "regnb.cli.ls", "regnb.cli.docker_hub"),
)
REGNB = ("-m", "tests.unixless", "regnb")
CHAPTERS = ("00", "01", "02", "03", "06", "07")
WITH_A_SECOND_ENGINE = ("04", "05")


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    chosen = ("DOCKER", "REGNB_ENGINE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(chosen)}
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=kept | {"LC_ALL": "C.UTF-8"} | environment,
        check=False,
        capture_output=True,
        text=True,
    )


def test_lab_and_commands_are_imported() -> None:
    done = run("-c", LOADED.format(names=MODULES))
    assert done.returncode == 0, done.stderr


def test_modules_are_really_gone() -> None:
    done = run("-c", LOADED.format(names=("fcntl",)))
    assert "fcntl" in done.stderr


def test_folder_of_a_registry_is_kept_and_served(tmp_path: Path) -> None:
    chosen = {"REGNB_HUB": "samples", "REGNB_LANGUAGE": "en"}
    done = run(*REGNB, "hub", "save", "alpine", "--to", str(tmp_path), **chosen)
    assert done.returncode == 0, done.stderr
    port = free_port()
    command = (*REGNB, "serve", "--address", f"127.0.0.1:{port}", "--storage", str(tmp_path))
    with subprocess.Popen([sys.executable, *command], cwd=ROOT, stderr=subprocess.PIPE) as serving:
        try:
            assert serving.stderr
            assert b"listening" in serving.stderr.readline()
            with RegistryClient(f"http://localhost:{port}") as client:
                assert client.list_tags("library/alpine") == ["latest"]
        finally:
            serving.terminate()
    assert serving.returncode == 0


@pytest.mark.parametrize("words", [("engine", "start"), ("engine", "status")], ids=" ".join)
def test_embedded_engine_says_that_it_needs_a_unix(words: tuple[str, ...]) -> None:
    done = run(*REGNB, *words)
    told = Translator("en")
    assert done.returncode == 1
    assert told("errors.EmbeddedEngineNeedsUnix.text") in done.stderr
    assert told("errors.EmbeddedEngineNeedsUnix.mend") in done.stderr


def test_doctor_tells_of_wsl_and_binder_where_there_is_no_engine(tmp_path: Path) -> None:
    done = run(*REGNB, "doctor", REGNB_ENGINE="embedded", HOME=str(tmp_path))
    assert Translator("en")("errors.EmbeddedEngineNeedsUnix.mend") in re.sub(
        r"\s+", " ", done.stdout
    )


@pytest.fixture
def on_tcp(tmp_path: Path) -> dict[str, str]:
    """The environment of kernels without it, on an engine that is on TCP."""
    try:
        Engine.connect(ON_TCP, found_by="choice").close()
    except EngineUnavailable:
        pytest.skip(f"no engine is at {ON_TCP}: tests.realparts has one")
    startup = tmp_path / "profile_default/startup"
    startup.mkdir(parents=True)
    (startup / "unixless.py").write_text("from tests.unixless import block\nblock()\n")
    return {"DOCKER_HOST": ON_TCP, "IPYTHONDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}


@pytest.mark.docker
@pytest.mark.timeout(600)
def test_chapters_run_on_an_engine_on_tcp(on_tcp: dict[str, str]) -> None:
    done = run("-m", "regnb", "run", "--language", "en", *CHAPTERS, **on_tcp)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.docker
@pytest.mark.timeout(600)
@pytest.mark.parametrize("chapter", WITH_A_SECOND_ENGINE)
def test_chapter_with_a_second_engine_says_what_that_needs(
    on_tcp: dict[str, str], chapter: str
) -> None:
    done = run("-m", "regnb", "run", "--language", "en", chapter, **on_tcp)
    assert done.returncode == 1
    assert "second_engine" in done.stdout
    assert Translator("en")("errors.EmbeddedEngineNeedsUnix.mend") in done.stdout
