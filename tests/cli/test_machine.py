from __future__ import annotations

from pathlib import Path

import pytest

from regnb.engine.ports import ports_of_lab
from regnb.i18n import LANGUAGES, Translator
from tests.cli.commands import run


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_doctor_knows_where_the_lab_begins(language: str, tmp_path: Path) -> None:
    told = {}
    first = ports_of_lab()[0]
    for port in (str(first), "five"):
        variables = {"DOCKER_HOST": f"unix://{tmp_path}/none", "HOME": str(tmp_path)}
        told[port] = run("doctor", language=language, REGNB_PORT=port, **variables).stdout
    translator = Translator(language)
    assert translator("preflight.port.free", port=first) in told[str(first)]
    assert "`REGNB_PORT`" in told["five"]
    assert "5500" in told["five"]


def test_clean_without_an_engine_is_told(tmp_path: Path) -> None:
    nowhere = f"unix://{tmp_path}/docker.sock"
    result = run("clean", "--yes", language="fr", DOCKER_HOST=nowhere, HOME=str(tmp_path))
    assert result.returncode == 1
    assert "moteur" in result.stderr
    assert "Error" not in result.stderr
