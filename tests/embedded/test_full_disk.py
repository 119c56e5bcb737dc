"""A disk that is full in the middle of a pull."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from regnb.embedded import background
from regnb.embedded.api.router import Api
from regnb.embedded.background import Place
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.home import Home
from tests.embedded.calls import error_in, pull
from tests.embedded.faults import fill_bytes
from tests.embedded.running import client_of, pid_of

LAYER = bytes(3 << 20)
ROOM = 2 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, with less room than the layer needs."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.getuid() != 0:
        pytest.skip("only root may mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "regnb-test", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def ingested(home: Home) -> list[Path]:
    return list((home.images / "ingest").iterdir())


def test_full_disk_is_told_in_the_stream_and_pull_can_be_repeated(
    small_disk: Path, registry: str
) -> None:
    engine = EmbeddedEngine(Home(small_disk))
    manifest = fill_bytes(registry, LAYER)
    error = error_in(pull(Client(Api(engine)), f"{registry}/app", "1"))
    part = engine.home.images / "ingest" / manifest.layers[0].digest.replace(":", "-")
    assert error == f"write {part}: no space left on device"
    assert (engine.images.images(), ingested(engine.home)) == ([], [])
    subprocess.run(["mount", "-o", f"remount,size={4 * ROOM}", str(small_disk)], check=True)
    assert error_in(pull(Client(Api(engine)), f"{registry}/app", "1")) == ""
    engine.close()
    assert engine.images.blobs.has(manifest.layers[0])


def test_disk_without_any_room_is_told_alike(small_disk: Path, registry: str) -> None:
    engine = EmbeddedEngine(Home(small_disk))
    fill_bytes(registry, LAYER)
    filler = small_disk / "filler"
    with filler.open("wb") as file, pytest.raises(OSError, match="No space"):
        file.write(bytes(2 * ROOM))
    error = error_in(pull(Client(Api(engine)), f"{registry}/app", "1"))
    engine.close()
    assert error.startswith(f"write {engine.home.images / 'ingest'}")
    assert error.endswith(": no space left on device")
    assert ingested(engine.home) == []


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
def test_file_that_may_not_grow_is_told_and_pull_can_be_repeated(
    place: Place, registry: str
) -> None:
    background.start(place)
    fill_bytes(registry, LAYER)
    pid = pid_of(place)
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (ROOM, most))
    client = client_of(place)
    told = list(client.api.pull(f"{registry}/app", "1", stream=True, decode=True))
    assert told[-1]["error"].startswith(f"write {place.home.images / 'ingest'}")
    assert told[-1]["error"].endswith(os.strerror(errno.EFBIG).lower())
    assert ingested(place.home) == []
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
    assert client.images.pull(f"{registry}/app", "1").tags == [f"{registry}/app:1"]
    client.close()
