"""Copies from a registry that fails now and then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from regnb.errors import RegistryFailed
from regnb.oci import Descriptor, Digest, media_types
from regnb.registry import RegistryClient, copying
from regnb.registry.wsgi_transport import WsgiTransport
from regnb.server import MemoryStorage, create_app
from tests.contract.images import push, push_artifact
from tests.oci import samples

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass
class Stumbling:
    """An app that answers 500 to the first `failures` reads of manifests."""

    app: WSGIApplication
    failures: int = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        is_read = environ["REQUEST_METHOD"] == "GET" and "/manifests/" in environ["PATH_INFO"]
        if is_read and self.failures:
            self.failures -= 1
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            start_response(f"{status.value} {status.phrase}", [])
            return []
        return self.app(environ, start_response)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Stumbling:
    monkeypatch.setattr(copying, "_PAUSE", 0)
    return Stumbling(create_app(MemoryStorage()))


def test_manifest_is_asked_for_again_when_the_registry_fails(registry: Stumbling) -> None:
    client = RegistryClient("http://localhost:5000", transport=WsgiTransport(registry))
    digest = push(client, "w3")
    registry.failures = 3
    assert copying.RegistryRepository(client, "w3").manifest("1.0").digest == digest


def test_registry_that_goes_on_failing_is_left(registry: Stumbling) -> None:
    client = RegistryClient("http://localhost:5000", transport=WsgiTransport(registry))
    push(client, "w3")
    registry.failures = 4
    with pytest.raises(RegistryFailed):
        copying.RegistryRepository(client, "w3").manifest("1.0")


def client_of(app: WSGIApplication, url: str = "http://localhost:5000") -> RegistryClient:
    return RegistryClient(url, transport=WsgiTransport(app))


def test_copy_to_another_registry_sends_each_blob_once(registry: Stumbling) -> None:
    here, there = client_of(registry), client_of(create_app(MemoryStorage()), "http://other:5000")
    digest = push(here, "w3")
    source, target = (copying.RegistryRepository(one, "w3") for one in (here, there))
    told: list[copying.How | None] = []

    def listen(_blob: object, _done: int, how: copying.How | None) -> None:
        told.append(how)

    copied = copying.copy_image(source, target, "1.0", name="2.0", on_blob=listen)
    image = there.get_manifest("w3", "2.0")
    assert copied.digest == image.digest == digest
    assert (copied.manifests, copied.count("sent"), copied.missing) == (1, 2, [])
    assert copied.sent == sum(blob.size for blob, _ in copied.blobs.values()) > 0
    assert told.count("sent") == 2
    again = copying.copy_image(source, target, "1.0", name="2.0")
    assert (again.count("present"), again.sent) == (2, 0)


def test_copy_in_one_registry_mounts(registry: Stumbling) -> None:
    client = client_of(registry)
    push(client, "w3")
    source, target = (copying.RegistryRepository(client, name) for name in ("w3", "copy"))
    copied = copying.copy_image(source, target, "1.0", name="1.0")
    assert (copied.count("mounted"), copied.sent) == (2, 0)
    assert client.get_manifest("copy", "1.0").digest == copied.digest


def test_copy_brings_what_an_index_lists_and_what_is_about_it(registry: Stumbling) -> None:
    client = client_of(registry)
    entry = client.head_manifest("w3", push(client, "w3"))
    gone = samples.descriptor(b"gone", media_types.OCI_MANIFEST)
    listed = [entry.to_json(), gone]
    content = samples.encode({"schemaVersion": 2, "manifests": listed})
    digest = client.put_manifest("w3", "index", content, media_type=media_types.OCI_INDEX)
    about = push_artifact(client, "w3", digest, "a/sbom")
    source, target = (copying.RegistryRepository(client, name) for name in ("w3", "copy"))
    copied = copying.copy_image(source, target, "index", name="index")
    assert (copied.digest, copied.manifests, copied.missing) == (digest, 3, [gone["digest"]])
    assert client.get_manifest("copy", "index").content == content
    assert [found.digest for found in client.list_referrers("copy", digest)] == [about]


@dataclass(frozen=True)
class Circling(copying.RegistryRepository):
    """A repository whose images are about each other, and about themselves."""

    about: tuple[Descriptor, ...] = ()

    def referrers(self, digest: Digest) -> list[Descriptor]:  # noqa: ARG002
        return list(self.about)


def test_image_that_is_its_own_referrer_is_copied_once(registry: Stumbling) -> None:
    client = client_of(registry)
    digests = [push(client, "w3", tag, tag.encode()) for tag in ("1.0", "2.0")]
    about = tuple(client.head_manifest("w3", digest) for digest in digests)
    target = copying.RegistryRepository(client, "copy")
    copied = copying.copy_image(Circling(client, "w3", about), target, "1.0", name="1.0")
    assert (copied.manifests, copied.missing) == (2, [])
