from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from regnb.engine import Engine
from tests.engine.fake_api import FakeApi, serving


@pytest.fixture
def sockets() -> Iterator[Path]:
    """A folder for sockets, whose paths are limited to 107 characters."""
    folder = Path(tempfile.mkdtemp(prefix="regnb-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def open_engine(sockets: Path) -> Iterator[Callable[[FakeApi], Engine]]:
    """Opens an engine on a scripted API."""
    with ExitStack() as stack:

        def open_on(api: FakeApi) -> Engine:
            endpoint = stack.enter_context(serving(api, sockets / "docker.sock"))
            return stack.enter_context(Engine.connect(endpoint, found_by="choice"))

        yield open_on
