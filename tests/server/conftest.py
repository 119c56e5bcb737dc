from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.test import Client

from regnb.server import Config, DirectoryStorage, MemoryStorage, create_app
from regnb.server.storage_interface import RegistryStorage


@pytest.fixture(params=["memory", "directory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> RegistryStorage:
    if request.param == "memory":
        return MemoryStorage()
    return DirectoryStorage(tmp_path / "store")


@pytest.fixture
def client(storage: RegistryStorage) -> Client:
    return Client(create_app(storage, Config(delete_enabled=True)))
