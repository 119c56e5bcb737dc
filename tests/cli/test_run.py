from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from regnb.authoring import build_chapter
from regnb.cli import main
from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.engine import find_engine
from tests.authoring.sources import code, prose, write_lesson

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
