from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from regnb.authoring.builder import RunningCell
from regnb.cli import main
from regnb.cli.notebooks import BuildLine
from tests.authoring.sources import code, write_lesson


def invoke(*arguments: str, folder: Path) -> Result:
    command, *rest = arguments
    return CliRunner().invoke(main, ["notebooks", command, "--directory", str(folder), *rest])


def test_build_then_check(tmp_path: Path) -> None:
    write_lesson(tmp_path, code("sum", "1 + 1"))
    built = invoke("build", folder=tmp_path)
    assert built.exit_code == 0, built.output
    assert str(tmp_path / "fr" / "00_trial.ipynb") in built.stdout
    assert "00_trial [en]" in built.stderr
    assert invoke("check", folder=tmp_path).exit_code == 0


def test_build_of_a_cell_that_fails(tmp_path: Path) -> None:
    write_lesson(tmp_path, code("bad", "int('ten')"))
    built = invoke("build", "00", folder=tmp_path)
    assert built.exit_code == 1
    for part in ("fr/00_trial.ipynb", "`bad`", "int('ten')", "ValueError"):
        assert part in built.stderr


def test_check_of_notebooks_that_were_not_run(tmp_path: Path) -> None:
    write_lesson(tmp_path, code("sum", "1 + 1"))
    assert invoke("build", "--no-execute", folder=tmp_path).exit_code == 0
    checked = invoke("check", folder=tmp_path)
    assert checked.exit_code == 1
    assert "run `regnb notebooks build 00_trial`" in checked.stderr


def test_unknown_chapter(tmp_path: Path) -> None:
    write_lesson(tmp_path)
    for command in ("build", "check"):
        result = invoke(command, "07", folder=tmp_path)
        assert result.exit_code == 1
        assert "No chapter is called `07`" in result.stderr


def cells() -> list[RunningCell]:
    names = [(False, "one", 1), (False, "two", 2), (True, "one", 1)]
    return [RunningCell("00_trial", "fr", solved, cell, at, 2) for solved, cell, at in names]


def test_build_says_each_notebook_once_where_nobody_looks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with BuildLine() as line:
        for cell in cells():
            line.show(cell)
    first, second = capsys.readouterr().err.splitlines()
    assert "00_trial" in first
    assert "00_trial" in second
    assert first != second


def test_build_shows_the_cell_in_one_line_of_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with BuildLine() as line:
        for cell in cells():
            line.show(cell)
    drawn = capsys.readouterr().err
    assert "\n" not in drawn
    shown = [part for part in drawn.split("\r") if part.strip()]
    assert [part.split()[-2:] for part in shown] == [["1/2", "one"], ["2/2", "two"], ["1/2", "one"]]
    wiped = [part for part in drawn.split("\r") if part and not part.strip()]
    assert [len(part) for part in wiped] == [len(part) for part in shown]
    assert drawn.endswith("\r")
