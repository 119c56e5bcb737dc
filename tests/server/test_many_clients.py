from __future__ import annotations

from pathlib import Path

from bench.many_clients import soak
from regnb.server import DirectoryStorage, create_app
from regnb.server.maintenance import scrub
from regnb.web.http_server import serving


def test_fifty_clients_push_and_pull_without_a_wrong_byte(tmp_path: Path) -> None:
    storage = DirectoryStorage(tmp_path)
    with serving(create_app(storage)) as server:
        done = soak(f"http://127.0.0.1:{server.port}", clients=50, seconds=2)
    assert done.wrong == []
    assert done.pushes >= 50
    assert done.pulls > 0
    assert list(scrub(storage)) == []


def test_clients_of_a_registry_that_is_not_there_tell_it() -> None:
    assert soak("http://127.0.0.1:9", clients=1, seconds=0).wrong
