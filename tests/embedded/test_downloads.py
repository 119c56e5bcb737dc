from __future__ import annotations

import threading
from collections.abc import Iterator

from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from regnb.embedded.api.router import Api
from regnb.embedded.core import EmbeddedEngine
from regnb.oci import Digest
from tests.embedded.calls import error_in, pull, statuses
from tests.embedded.faults import fill_bytes, troubled


def test_broken_layer_is_taken_up_where_it_broke(api: Client, engine: EmbeddedEngine) -> None:
    layer = bytes(range(256)) * 8192

    def cut_once(request: Request) -> Response | None:
        wanted = request.method == "GET" and request.path.endswith(Digest.of(layer))
        if wanted and not request.headers.get("Range"):
            return Response(half(), headers={"Content-Length": str(len(layer))})
        return None

    def half() -> Iterator[bytes]:
        yield layer[: len(layer) // 2]
        raise ConnectionResetError

    engine.downloads._retry_after = 0
    with troubled(cut_once) as (app, address):
        manifest = fill_bytes(address, layer)
        told = statuses(pull(api, f"{address}/app", "1"))
    ranges = [asked for _, _, asked in app.seen if asked]
    assert any(status.startswith("Retrying") for status in told)
    assert ranges == [f"bytes={len(layer) // 2}-"]
    assert engine.images.blobs.has(manifest.layers[0])


def test_wrong_bytes_are_refused_and_not_kept(api: Client, engine: EmbeddedEngine) -> None:
    layer = b"the right bytes"

    def lie(request: Request) -> Response | None:
        wanted = request.method == "GET" and request.path.endswith(Digest.of(layer))
        return Response(b"the wrong bytes") if wanted else None

    engine.downloads._retry_after = 0
    with troubled(lie) as (_, address):
        manifest = fill_bytes(address, layer)
        content = pull(api, f"{address}/app", "1")
    assert str(Digest.of(layer)) in error_in(content)
    assert not engine.images.blobs.has(manifest.layers[0])
    assert engine.images.images() == []


def test_two_pulls_at_once_share_the_work(engine: EmbeddedEngine) -> None:
    first_asked = threading.Event()

    def wait_for_the_second(request: Request) -> None:
        if request.method == "GET" and request.path.endswith(manifest.layers[0].digest):
            first_asked.wait(5)

    def pull_one() -> None:
        answers.append(pull(Client(Api(engine)), f"{address}/app", "1"))

    answers: list[bytes] = []
    with troubled(lambda _: None) as (app, address):
        manifest = fill_bytes(address, b"shared layer")
        app.spoil, app.seen = wait_for_the_second, []
        threads = [threading.Thread(target=pull_one) for _ in range(2)]
        for thread in threads:
            thread.start()
        while not any(download.watchers == 2 for download in engine.downloads.running()):
            threading.Event().wait(0.01)
        first_asked.set()
        for thread in threads:
            thread.join()
    paths = [path for method, path, _ in app.seen if method == "GET"]
    assert sum(path.endswith(manifest.layers[0].digest) for path in paths) == 1
    assert [error_in(answer) for answer in answers] == ["", ""]
