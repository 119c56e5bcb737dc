from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from regnb.embedded import background
from regnb.embedded.api.router import Api
from regnb.embedded.background import Place
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.home import Home
from regnb.server import MemoryStorage, create_app
from regnb.web.http_server import serving
from tests.embedded.calls import pull


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    """An engine whose images of Docker Hub are the samples."""
    engine = EmbeddedEngine(Home(tmp_path / "home"), hub="samples", heartbeat=0.05)
    yield engine
    engine.close()


@pytest.fixture
def api(engine: EmbeddedEngine) -> Client:
    return Client(Api(engine))


@pytest.fixture
def registry() -> Iterator[str]:
    """The address of a registry on this machine."""
    with serving(create_app(MemoryStorage())) as server:
        yield f"localhost:{server.port}"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Where an engine may be started; it is stopped at the end."""
    place = Place(tmp_path / "run" / "engine.sock", Home(tmp_path / "home"), "samples")
    yield place
    background.stop(place)


@pytest.fixture
def registry_image(api: Client) -> None:
    """The engine has `registry:2`."""
    pull(api, "registry", "2")
