from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.embedded.home import Home
from regnb.lab.authority import Certificates
from regnb.lab.ownership import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "lab")


@pytest.fixture
def certificates(folder: Folder) -> Certificates:
    return Certificates(folder)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Where an embedded engine may be started; it is stopped at the end."""
    place = Place(tmp_path / "e.sock", Home(tmp_path / "home"), "samples")
    yield place
    background.stop(place)
