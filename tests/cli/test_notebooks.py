from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from regnb.cli import main
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
