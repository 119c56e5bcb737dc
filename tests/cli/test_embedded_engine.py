"""`regnb engine`: the embedded engine is started, found and stopped from a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import docker
import pytest
from click.testing import CliRunner, Result

from regnb.cli import main
from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.embedded.home import Home


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path / "engine.sock", Home(tmp_path / "home"), "samples")
    yield place
    background.stop(place)


def engine(command: str, place: Place) -> Result:
    places = ["--socket", str(place.socket), "--home", str(place.home.root)]
    return CliRunner().invoke(main, ["engine", command, *places])


def test_engine_is_started_once_and_stopped_once(place: Place) -> None:
    first, second = engine("start", place), engine("start", place)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert f"DOCKER_HOST={place.endpoint}" in first.output
    assert first.output.splitlines()[0] != second.output.splitlines()[0]
    with closing(docker.DockerClient(base_url=place.endpoint)) as client:
        assert client.ping()
    stopped, again = engine("stop", place), engine("stop", place)
    assert (stopped.exit_code, again.exit_code) == (0, 0)
    assert stopped.output != again.output


def test_status_counts_what_the_engine_has(place: Place) -> None:
    silent = engine("status", place)
    assert silent.exit_code == 1
    engine("start", place)
    with closing(docker.DockerClient(base_url=place.endpoint)) as client:
        client.images.pull("nginx", "latest")
        client.containers.run("registry:2", detach=True)
    status = engine("status", place)
    assert status.exit_code == 0
    assert place.endpoint in status.output
    assert [line.split()[0] for line in status.output.splitlines()[1:]] == ["2", "1"]


def test_endpoint_is_one_line_for_scripts(place: Place) -> None:
    words = ["engine", "endpoint", "--socket", str(place.socket)]
    assert CliRunner().invoke(main, words).output == f"unix://{place.socket}\n"


def test_usual_endpoint_is_that_of_this_user() -> None:
    told = CliRunner().invoke(main, ["engine", "endpoint"]).output
    assert told == f"{Place.default().endpoint}\n"


def test_endpoint_of_the_second_machine_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    told = CliRunner().invoke(main, ["engine", "endpoint", "--second"]).output
    assert told.startswith("unix://")
    assert told != f"{Place.default().endpoint}\n"


@pytest.mark.parametrize("command", ["start", "run", "stop", "status", "endpoint"])
def test_path_of_a_socket_has_an_end(command: str, tmp_path: Path) -> None:
    """docker/cli#4535."""
    words = ["engine", command, "--socket", str(tmp_path / ("x" * 108))]
    told = CliRunner().invoke(main, words)
    assert (told.exit_code, len(told.output.splitlines())) == (1, 1)
    assert "103" in told.output
