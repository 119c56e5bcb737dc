from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from werkzeug.test import Client

from regnb.oci import Digest
from regnb.server import Config, DirectoryStorage, create_app
from regnb.server.file_repository import FileRepository
from regnb.server.maintenance import Rules, collect_garbage, scrub
from regnb.server.storage_interface import TagIndex

from .samples import CONFIG, image, push_blob, put

CLIENTS = 16


def push_and_pull(client: Client, number: int) -> None:
    layer = f"layer {number}".encode()
    for blob in (CONFIG, layer):
        push_blob(client, blob)
    content = image(layers=(layer,))
    assert put(client, f"/v2/w3/manifests/v{number}", content).status_code == 201
    assert client.get(f"/v2/w3/manifests/v{number}").data == content
    assert client.get(f"/v2/w3/blobs/{Digest.of(layer)}").data == layer


def at_once(work: Callable[[int], None], numbers: range) -> None:
    with ThreadPoolExecutor(CLIENTS) as pool:
        for done in [pool.submit(work, number) for number in numbers]:
            done.result()


def test_clients_at_once_lose_nothing(tmp_path: Path) -> None:
    app = create_app(DirectoryStorage(tmp_path))
    at_once(lambda number: push_and_pull(Client(app), number), range(64))
    tags = Client(app).get("/v2/w3/tags/list").get_json()["tags"]
    assert tags == sorted(f"v{number}" for number in range(64))


def test_two_first_pushes_at_once_are_both_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(DirectoryStorage(tmp_path))
    is_slow = threading.Event()
    write = FileRepository.write_index

    def write_slowly(self: FileRepository, index: TagIndex) -> None:
        if not index.manifests and not is_slow.is_set():
            is_slow.set()
            time.sleep(0.5)
        write(self, index)

    monkeypatch.setattr(FileRepository, "write_index", write_slowly)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(push_and_pull, Client(app), 0)
        assert is_slow.wait(10)
        push_and_pull(Client(app), 1)
        first.result()
    assert Client(app).get("/v2/w3/tags/list").get_json()["tags"] == ["v0", "v1"]


def test_garbage_is_collected_while_pushes_go_on(tmp_path: Path) -> None:
    storage = DirectoryStorage(tmp_path)
    app = create_app(storage, Config(delete_enabled=True))
    is_over = threading.Event()

    def collect() -> None:
        while not is_over.is_set():
            list(collect_garbage(storage, Rules(delete_untagged=True)))

    collector = threading.Thread(target=collect)
    collector.start()
    try:
        at_once(lambda number: push_and_pull(Client(app), number), range(48))
    finally:
        is_over.set()
        collector.join()
    assert list(scrub(storage)) == []
    assert len(Client(app).get("/v2/w3/tags/list").get_json()["tags"]) == 48


def test_same_blob_is_pushed_everywhere_at_once(tmp_path: Path) -> None:
    app = create_app(DirectoryStorage(tmp_path))

    def push_to(number: int) -> None:
        client = Client(app)
        place = client.post(f"/v2/w{number % 3}/blobs/uploads/").headers["Location"]
        answer = client.put(f"{place}?digest={Digest.of(CONFIG)}", data=CONFIG)
        assert answer.status_code == 201, answer.data

    at_once(push_to, range(600))
