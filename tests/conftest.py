from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from regnb.authoring.reference_engine import own_ports
from regnb.embedded import background


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An embedded engine that a test starts needs no network, and ends with the tests.

    Labs have ports that nobody else on the machine uses.
    """
    before = dict(os.environ)
    os.environ["REGNB_HOME"] = str(tmp_path_factory.mktemp("regnb"))
    os.environ.setdefault("REGNB_HUB", "samples")
    place = background.Place.default()
    with own_ports() as ports:
        os.environ.update(ports.environment)
        yield
    background.stop(place)
    os.environ.clear()
    os.environ.update(before)
