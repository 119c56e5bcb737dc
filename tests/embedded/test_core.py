from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import pytest
from werkzeug.test import Client

from regnb.embedded.core import EmbeddedEngine
from regnb.oci import Descriptor, Digest, Hasher
from tests.embedded.calls import (
    create,
)

pytestmark = pytest.mark.usefixtures("registry_image")


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
def test_rest_is_not_measured_by_the_clock_on_the_wall(
    api: Client, engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    """That clock is set, and jumps ahead when a laptop wakes: neither is an hour of rest."""
    create(api)
    api.post("/containers/registry/start")
    wall, steady = time.time() + jump, time.monotonic()
    monkeypatch.setattr(time, "time", lambda: wall)
    monkeypatch.setattr(time, "monotonic", lambda: steady)
    (container,) = engine.containers.all()
    engine.containers.logs(container).add("stdout", "a request\n")
    os.utime(engine.containers.folder(container) / "log.jsonl", (wall, wall))
    assert engine.idle_for() == 0
    steady += 60
    assert engine.idle_for() == pytest.approx(60)


def test_download_that_goes_on_is_no_rest(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    steady = time.monotonic() + 60
    monkeypatch.setattr(time, "monotonic", lambda: steady)
    go_on = threading.Event()

    def fetch(_size: int, _hasher: Hasher) -> Iterator[bytes]:
        go_on.wait(20)
        yield b"layer"

    layer = Descriptor("application/octet-stream", Digest.of(b"layer"), 5)
    download = engine.downloads.join(layer, fetch)
    assert engine.idle_for() == 0
    go_on.set()
    with engine.downloads.changed:
        assert engine.downloads.changed.wait_for(lambda: download.done, 20)
    assert engine.idle_for() >= 60
