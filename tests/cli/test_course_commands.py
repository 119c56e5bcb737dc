"""`regnb lab` opens the course, `regnb run` runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from regnb.authoring.builder import build_chapter
from regnb.cli import main
from regnb.cli.course_commands import find_course, jupyter_arguments, jupyter_environment
from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.engine import find_engine
from tests.authoring.sources import code, prose, write_lesson
from tests.free_port import free_port

ROOT = Path(__file__).parents[2]
TOKEN = "for-the-tests"
SECONDS_TO_SERVE = 90


@pytest.fixture
def course(tmp_path: Path) -> Path:
    for language in ("fr", "en"):
        folder = tmp_path / "notebooks" / language
        folder.mkdir(parents=True)
        for chapter in ("00_start.ipynb", "01_lab.ipynb"):
            (folder / chapter).touch()
    return tmp_path


def test_course_is_found_from_inside_it(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course / "notebooks" / "fr")
    assert find_course(None) == course


def test_folder_without_notebooks_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["lab", "--directory", str(tmp_path)])
    assert result.exit_code == 1
    assert "regnb lab" in result.output


def test_first_chapter_of_the_language_opens(course: Path) -> None:
    arguments = jupyter_arguments(course, "fr", 8899)
    assert "--LabApp.default_url=/lab/tree/notebooks/fr/00_start.ipynb" in arguments
    assert f"--ServerApp.root_dir={course}" in arguments
    assert "--ServerApp.port=8899" in arguments


@pytest.mark.parametrize(("user", "allowed"), [(0, True), (1000, False)])
def test_root_is_allowed_as_in_a_container(
    course: Path, monkeypatch: pytest.MonkeyPatch, user: int, allowed: bool
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert ("--allow-root" in jupyter_arguments(course, "en", 1)) is allowed


def test_learners_own_settings_come_too() -> None:
    environment = jupyter_environment("fr", {"JUPYTER_CONFIG_PATH": "/mine"})
    ours, mine = environment["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert Path(ours).joinpath("labconfig").is_dir()
    assert mine == "/mine"
    assert environment["REGNB_LANGUAGE"] == "fr"


@pytest.mark.parametrize(("language", "locale"), [("fr", "fr_FR"), ("en", "en")])
def test_jupyterlab_speaks_the_language_and_asks_nothing(language: str, locale: str) -> None:
    folder = resources.files("regnb") / "jupyter" / language / "labconfig"
    settings = json.loads((folder / "default_setting_overrides.json").read_text())
    page = json.loads((folder / "page_config.json").read_text())
    assert settings["@jupyterlab/translation-extension:plugin"]["locale"] == locale
    assert page["disabledExtensions"] == {"@jupyterlab/apputils-extension:announcements": True}


@pytest.fixture
def served_port() -> Iterator[int]:
    """The port at which `regnb lab` serves this course."""
    port = free_port()
    options = ["--no-browser", "--language", "fr", "--port", str(port)]
    jupyter = [f"--IdentityProvider.token={TOKEN}", "--ServerApp.port_retries=0"]
    with subprocess.Popen(
        [sys.executable, "-m", "regnb", "lab", *options, "--", *jupyter],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            yield port
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def test_lab_serves_the_course(served_port: int) -> None:
    end = time.monotonic() + SECONDS_TO_SERVE
    while (status := asked(served_port, "/lab/tree/notebooks/fr/00_before_you_start.ipynb")) == 0:
        assert time.monotonic() < end, "JupyterLab did not start"
        time.sleep(0.1)
    assert status == 200
    assert asked(served_port, "/api/contents/notebooks/fr/01_first_registry.ipynb") == 200


def asked(port: int, path: str) -> int:
    """Status of the answer, 0 when nobody listens yet."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"Authorization": f"token {TOKEN}"})
        return connection.getresponse().status
    except ConnectionRefusedError:
        return 0
    finally:
        connection.close()


PAUSE = prose("pause", "Suite", "More")
LAB = code("lab", "import regnb\n\nlab = regnb.open_lab()")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """An embedded engine of the test's own, which the notebooks find as a learner's do."""
    settings = {"ENGINE": "embedded", "HUB": "samples", "HOME": str(tmp_path / "home")}
    for name, value in settings.items():
        monkeypatch.setenv(f"REGNB_{name}", value)
    monkeypatch.setenv("REGNB_LANGUAGE", "en")
    place = Place.default()
    yield place
    background.stop(place)


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["run", "--directory", str(folder), *words])


def lesson(folder: Path, *cells: str, slug: str = "00_trial") -> None:
    build_chapter(write_lesson(folder / "notebooks", *cells, slug=slug), execute=False)


@pytest.mark.usefixtures("place")
def test_chapters_that_run_leave_nothing(tmp_path: Path) -> None:
    lesson(tmp_path, LAB, code("registry", "lab.run_registry()"))
    before = (tmp_path / "notebooks" / "fr" / "00_trial.ipynb").read_bytes()
    result = run(tmp_path, "--language", "fr", "--language", "en")
    assert result.exit_code == 0, result.output
    assert "embedded engine" in result.output
    assert "00_trial [fr]: all is well (2 cells" in result.output
    assert "2 notebooks ran to their end" in result.output
    assert (tmp_path / "notebooks" / "fr" / "00_trial.ipynb").read_bytes() == before
    with find_engine() as engine:
        assert engine.containers() == []
        assert engine.images() == []


@pytest.mark.usefixtures("place")
def test_cell_that_fails_is_named_with_its_cause_and_mend(tmp_path: Path) -> None:
    lesson(tmp_path, LAB, code("catalog", "lab.catalog()"), PAUSE, code("after", "1"))
    lesson(tmp_path, code("division", "1 / 0"), slug="01_other")
    lesson(tmp_path, code("good", "1"), slug="02_third")
    result = run(tmp_path)
    assert result.exit_code == 1
    for part in (
        "00_trial [en]: cell 2, `catalog`, failed.",
        "    lab.catalog()",
        "There is no container `registry`.",
        "→ Start the registry with `lab.run_registry()`.",
        "01_other [en]: cell 1, `division`, failed.",
        "  ZeroDivisionError: division by zero",
        "→ Run `regnb doctor`",
        "02_third [en]: all is well (1 cell",
        "2 notebooks did not run to their end",
    ):
        assert part in result.output, result.output


def test_chapter_that_does_not_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGNB_LANGUAGE", "en")
    lesson(tmp_path, code("good", "1"))
    result = run(tmp_path, "07")
    assert result.exit_code == 1
    assert "No chapter is called `07`; there are 00_trial." in result.output
