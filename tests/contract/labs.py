"""Labs of learners, on every engine that is at hand: fixtures, and the steps that tests repeat."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.embedded.home import Home
from regnb.lab import Lab, open_lab
from regnb.lab.cleanup import leftovers, remove
from tests.contract.engines import ENGINES

OpenLab = Callable[..., Lab]
Printed = Callable[[], str]


@pytest.fixture(scope="module")
def embedded() -> Iterator[str]:
    """The choice of an embedded engine that pulls samples, for the tests of this file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGNB_HUB", "samples")
        place = Place.default()
        yield "embedded"
        background.stop(place)


@pytest.fixture(scope="module")
def own_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an embedded engine that pulls from where the real engine does."""
    folder = tmp_path_factory.mktemp("engine")
    place = Place(folder / "e.sock", Home(folder / "home"))
    place.home.root.mkdir()
    if mirror := os.environ.get("REGNB_MIRROR"):
        place.home.settings.write_text(f'{{"registry-mirrors": ["http://{mirror}"]}}')
    with pytest.MonkeyPatch.context() as patch:
        if folder_of_all := os.environ.get("REGNB_REALPARTS"):
            patch.setenv("SSL_CERT_FILE", f"{folder_of_all}/tls/ca.pem")
        background.start(place)
    yield place.endpoint
    background.stop(place)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str | None:
    if request.param == "embedded":
        request.getfixturevalue("embedded")
    choice: str | None = request.param
    return choice


@pytest.fixture
def open_a_lab(engine: str | None, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenLab]:
    """Opens labs of learners; what they leave is removed after the test."""
    labs: list[tuple[str, Lab]] = []

    def open_one(learner: str = "test-learner", language: str = "en") -> Lab:
        monkeypatch.setenv("REGNB_LAB", learner)
        lab = open_lab(language, engine=engine)
        labs.append((learner, lab))
        return lab

    yield open_one
    for learner, lab in labs:
        monkeypatch.setenv("REGNB_LAB", learner)
        for leftover in leftovers(lab.engine):
            remove(lab.engine, leftover)
        lab.engine.close()


@pytest.fixture
def lab(open_a_lab: OpenLab) -> Lab:
    return open_a_lab()


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    return lambda: capsys.readouterr().out


def pushed(lab: Lab, name: str = "w3:1.0") -> str:
    """Push nginx to the lab's registry as `name`, and give the whole reference."""
    lab.run_registry()
    lab.pull("nginx")
    reference = f"{lab.address}/{name}"
    lab.tag("nginx", reference)
    lab.push(reference)
    return reference
