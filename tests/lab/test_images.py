from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from regnb.analysis.usage import Usage
from regnb.i18n import Translator
from regnb.inventory import CONNECTIONS, tag_contents
from regnb.lab import Lab
from regnb.lab.images import pulled_from, sharing
from regnb.oci import ImageManifest, ImageReference
from regnb.registry import RegistryClient, WsgiTransport
from regnb.server import Config, MemoryStorage, create_app
from tests.analysis.registries import Image, push

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REPOSITORIES = 300
BASE = {"base": b"0"}


class Gauge:
    """Counts how many requests are under way, each of which waits for a second one to come."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app
        self.most = 0
        self._now = 0
        self._changed = threading.Condition()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        with self._under_way():
            return self.app(environ, start)

    @contextmanager
    def _under_way(self) -> Iterator[None]:
        with self._changed:
            self._now += 1
            self.most = max(self.most, self._now)
            self._changed.notify_all()
            # The first question is alone; once two were seen together, nobody waits.
            self._changed.wait_for(lambda: self.most > 1, timeout=0.01)
        try:
            yield
        finally:
            with self._changed:
                self._now -= 1


@pytest.fixture(scope="module")
def gauge() -> Gauge:
    """A registry of many repositories that share one layer."""
    app = create_app(MemoryStorage(), Config())
    client = RegistryClient("http://localhost:5000", transport=WsgiTransport(app))
    for number in range(REPOSITORIES):
        push(client, f"w{number:03}", "1.0", Image([BASE, {"own": str(number).encode()}]))
    return Gauge(app)


@pytest.fixture
def client(gauge: Gauge) -> RegistryClient:
    gauge.most = 0
    return RegistryClient("http://localhost:5000", transport=WsgiTransport(gauge))


def test_all_images_of_a_large_registry_that_share_a_layer(
    client: RegistryClient, gauge: Gauge
) -> None:
    manifest = client.get_manifest("w003", "1.0")
    assert isinstance(manifest, ImageManifest)
    base, own = (layer.digest for layer in manifest.layers)
    counts: list[tuple[int, int]] = []
    shared = sharing(client, "w3", manifest, lambda done, known: counts.append((done, known)))
    others = [f"w{number:03}:1.0" for number in range(REPOSITORIES) if number != 3]
    assert shared[base] == sorted(others)
    assert own not in shared
    assert 1 < gauge.most <= CONNECTIONS
    assert counts[-1] == (REPOSITORIES, REPOSITORIES)


def test_storage_of_a_large_registry(client: RegistryClient, gauge: Gauge) -> None:
    storage = Usage.of(tag_contents(client))
    assert [share.tags for share in storage.repositories()] == [1] * REPOSITORIES
    assert max(len(content.names) for content in storage.contents) == REPOSITORIES
    assert 1 < gauge.most <= CONNECTIONS


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (
            (
                "Not from Docker Hub (the certificate of registry-1.docker.io is signed by "
                "Filter (Ltd), Root: it, which is not trusted): this is a sample image of regnb"
            ),
            "signed by “Filter (Ltd), Root: it”",
        ),
        ("Not from Docker Hub (REGNB_HUB=samples): this is a sample", "`REGNB_HUB=samples`"),
        ("Not from Docker Hub (pull limit): this is a sample image", "pull limit is reached"),
        ("Not from Docker Hub (something new): this is a sample image", "something new"),
        ("As REGNB_HUB says: this image comes from room:5055", "but from `room:5055`"),
        (
            "The pull limit of Docker Hub is reached: this image comes from mirror.gcr.io",
            "its mirror `mirror.gcr.io`",
        ),
    ],
)
def test_other_origin_is_told(status: str, said: str) -> None:
    assert said in (pulled_from(status, Translator("en")) or "")
    assert pulled_from(status, Translator("fr"))


def test_pull_from_docker_hub_needs_no_words() -> None:
    assert pulled_from("Pulling from library/nginx", Translator("en")) is None


def test_removed_image_is_said_to_be_gone(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    lab.pull("alpine")
    capsys.readouterr()
    lab.remove_image("alpine")
    assert "The name `alpine:latest` is gone" in capsys.readouterr().out
    assert not lab.engine.find_image(ImageReference.parse("alpine"))
