from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent.parent


def run(*words: str, language: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"REGNB_LANGUAGE": language, "PATH": "", "PYTHONUTF8": "1", **variables}
    return subprocess.run(
        [sys.executable, "-m", "regnb", *words],
        env=environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("language", "texts"),
    [("fr", ["moteur (à corriger)", "disque", "corriger"]), ("en", ["engine (to mend)", "disk"])],
)
def test_doctor_without_an_engine(language: str, texts: list[str], tmp_path: Path) -> None:
    nowhere = f"unix://{tmp_path}/docker.sock"
    result = run("doctor", language=language, DOCKER_HOST=nowhere, HOME=str(tmp_path))
    assert result.returncode == 1
    assert all(text in result.stdout for text in texts)
    assert "→" in result.stdout
    assert "Traceback" not in result.stderr


def test_clean_without_an_engine_is_told(tmp_path: Path) -> None:
    nowhere = f"unix://{tmp_path}/docker.sock"
    result = run("clean", "--yes", language="fr", DOCKER_HOST=nowhere, HOME=str(tmp_path))
    assert result.returncode == 1
    assert "moteur" in result.stderr
    assert "Error" not in result.stderr


@pytest.mark.parametrize("words", [["--help"], ["lab", "--help"], ["doctor", "--help"]])
def test_help_is_in_the_language_of_the_locale(words: list[str]) -> None:
    french, english = (run(*words, language=language).stdout for language in ("fr", "en"))
    assert french
    assert french != english


def test_import_loads_nothing_heavy() -> None:
    code = "import sys, regnb; print(sorted({'docker', 'pandas', 'ipywidgets'} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    assert result.stdout.strip() == "[]"
