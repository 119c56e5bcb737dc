from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from regnb.cli import main
from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.engine.ports import ports_of_lab
from regnb.i18n import LANGUAGES, Translator, language_of_locale
from regnb.lab import cleanup, open_lab
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


def test_doctor_shows_bold_names_in_a_terminal_and_plain_ones_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    plain, coloured = (
        CliRunner().invoke(main, ["doctor"], color=on).stdout for on in (False, True)
    )
    assert "\x1b[1m" in coloured
    assert not {"\x1b", "\\"} & set(plain)
    assert "\\x1b" not in coloured


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


@pytest.fixture
def embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An engine of the test's own, on which the commands and a lab work."""
    settings = {"HOME": str(tmp_path / "home"), "ENGINE": "embedded", "HUB": "samples"}
    for name, value in settings.items():
        monkeypatch.setenv(f"REGNB_{name}", value)
    monkeypatch.setenv("REGNB_LAB", "machine")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place = Place.default()
    yield
    background.stop(place)


def clean(answer: str, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["clean", *words], input=answer)
    return done.exit_code, done.output


@pytest.mark.usefixtures("embedded")
def test_clean_asks_before_it_removes_what_a_lab_left() -> None:
    say = Translator(language_of_locale())
    assert clean("") == (0, say("clean.nothing") + "\n")
    lab = open_lab("en")
    lab.run_registry()
    asked = clean("n\n")
    assert asked[0] == 0
    assert say("clean.found") in asked[1]
    assert asked[1].endswith(say("clean.kept") + "\n")
    assert [one.kind for one in cleanup.leftovers(lab.engine)] != []
    removed = clean("", "--yes")
    assert removed[0] == 0
    assert say("clean.ask") not in removed[1]
    assert say("clean.removed", what=say("clean.container", name="registry")) in removed[1]
    assert list(cleanup.leftovers(lab.engine)) == []
    lab.engine.close()


@pytest.mark.usefixtures("embedded")
def test_folder_of_the_lab_is_one_line_for_scripts(tmp_path: Path) -> None:
    printed = CliRunner().invoke(main, ["folder"]).output
    assert printed.count("\n") == 1
    assert Path(printed.strip()).is_absolute()
    assert str(tmp_path) in printed
