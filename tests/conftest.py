from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from regnb.authoring.reference_engine import own_ports
from regnb.embedded import background
from regnb.embedded.home import Home


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The embedded engines that tests start need no network, and end with the tests.

    Labs have ports that nobody else on the machine uses.
    """
    before = dict(os.environ)
    home = tmp_path_factory.mktemp("regnb")
    os.environ["REGNB_HOME"] = str(home)
    os.environ.setdefault("REGNB_HUB", "samples")
    with own_ports() as ports:
        os.environ.update(ports.environment)
        yield
    for socket in home.glob("*.sock"):
        # Each choice of a hub has an engine of its own.
        background.stop(background.Place(socket, Home(socket.with_suffix(""))))
    os.environ.clear()
    os.environ.update(before)
