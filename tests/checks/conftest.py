from __future__ import annotations

from collections.abc import Iterator

import pytest

from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.lab import Lab, open_lab
from regnb.lab.cleanup import leftovers, remove


@pytest.fixture(scope="session")
def engine() -> Iterator[str]:
    """The choice of an embedded engine that pulls samples."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGNB_HUB", "samples")
        place = Place.default()
        yield "embedded"
        background.stop(place)


@pytest.fixture
def lab(engine: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """The lab of a learner who has done nothing yet; what it makes is removed after the test."""
    monkeypatch.setenv("REGNB_LAB", "test-checks")
    lab = open_lab("en", engine=engine)
    yield lab
    for leftover in leftovers(lab.engine):
        remove(lab.engine, leftover)
    lab.engine.close()
