"""An engine that is killed in the middle of its work, and started again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
import requests
from urllib3.exceptions import HTTPError
from werkzeug.wrappers import Request, Response

from regnb.content.blobs import BlobFolder
from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.errors import ManifestNotFound
from regnb.oci import Digest
from regnb.registry import RegistryClient
from tests.embedded.faults import fill_bytes, troubled
from tests.embedded.running import client_of, kill, wait_for

SMALL = b"a layer that is soon here"
# More than the buffers of a loopback connection hold: it is never sent whole before it is read.
LARGE = bytes(24 << 20)
HALF = len(LARGE) // 2


class Pausing:
    """Once `resume` is cleared: lets half of the large layer through, then waits for it."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.resume = threading.Event()
        self.resume.set()

    def __call__(self, request: Request) -> Response | None:
        if self.resume.is_set():
            return None
        if request.method == "GET" and request.path.endswith(Digest.of(LARGE)):
            return Response(self._half(), headers={"Content-Length": str(len(LARGE))})
        if request.method == "PUT" and request.content_length == len(LARGE):
            request.stream.read(HALF)
            self._pause()
            return Response(status=500)
        return None

    def _half(self) -> Iterator[bytes]:
        yield LARGE[:HALF]
        self._pause()

    def _pause(self) -> None:
        self.reached.set()
        self.resume.wait(20)


@contextmanager
def in_the_background(work: Callable[[], object], pausing: Pausing) -> Iterator[None]:
    """`work` runs in a thread, and half of it is done; its connection may break."""

    def run() -> None:
        with suppress(requests.RequestException, HTTPError):
            work()

    pausing.resume.clear()
    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert pausing.reached.wait(10)
        yield
    finally:
        pausing.resume.set()
        thread.join()


def assert_all_whole(blobs: BlobFolder) -> None:
    for digest in blobs.digests():
        assert Digest.of(blobs.read(digest)) == digest


def test_engine_killed_in_mid_pull_goes_on_where_it_was(place: Place) -> None:
    pausing = Pausing()
    background.start(place)
    blobs = BlobFolder(place.home.images)
    with troubled(pausing) as (app, address):
        manifest = fill_bytes(address, SMALL, LARGE)
        app.seen.clear()
        small, large = manifest.layers
        part = place.home.images / "ingest" / large.digest.replace(":", "-")
        first = client_of(place)
        with in_the_background(lambda: first.images.pull(f"{address}/app", "1"), pausing):
            wait_for(lambda: blobs.has(small) and part.stat().st_size == HALF)
            kill(place)
        background.start(place)
        client = client_of(place)
        assert client.images.list(all=True) == []
        assert not blobs.has(large)
        assert_all_whole(blobs)
        client.images.pull(f"{address}/app", "1")
        client.close()
    fetched = [(path[-64:], asked) for method, path, asked in app.seen if method == "GET"]
    assert fetched.count((small.digest.hex, "")) == 1
    assert [asked for name, asked in fetched if name == large.digest.hex] == ["", f"bytes={HALF}-"]
    assert blobs.has(large)
    assert_all_whole(blobs)


def test_engine_killed_in_mid_push_sends_only_what_is_missing(place: Place, registry: str) -> None:
    pausing = Pausing()
    background.start(place)
    manifest = fill_bytes(registry, SMALL, LARGE)
    small, large = manifest.layers
    client = client_of(place)
    with troubled(pausing) as (_, address), RegistryClient(f"http://{address}") as target:
        client.images.pull(f"{registry}/app", "1").tag(f"{address}/app", "1")
        with in_the_background(lambda: client.images.push(f"{address}/app", "1"), pausing):
            wait_for(lambda: target.blob_exists("app", small.digest))
            kill(place)
        assert not target.blob_exists("app", large.digest)
        with pytest.raises(ManifestNotFound):
            target.get_manifest("app", "1")
        background.start(place)
        again = client_of(place)
        told = again.images.push(f"{address}/app", "1")
        again.close()
        assert target.get_manifest("app", "1").digest == manifest.digest
    assert told.count("Layer already exists") == 1
    assert told.count('"Pushed"') == 1
