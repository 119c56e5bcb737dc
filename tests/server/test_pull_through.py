from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest
from werkzeug.test import Client

from regnb.oci import Digest
from regnb.oci.media_types import OCI_INDEX
from regnb.server import Config, MemoryStorage, create_app
from regnb.server.configuration import Htpasswd, UpstreamConfig
from regnb.server.storage_interface import RegistryStorage
from regnb.web.http_server import Server, serving

from .samples import LAYER, codes, image, index, push_image, put

LAYER_PATH = f"/v2/w3/blobs/{Digest.of(LAYER)}"


@pytest.fixture
def stored() -> MemoryStorage:
    """What the registry that is cached holds."""
    return MemoryStorage()


@pytest.fixture
def source(stored: MemoryStorage) -> Client:
    """The registry that is cached, as its pushers see it."""
    return Client(create_app(stored, Config(delete_enabled=True)))


@pytest.fixture
def upstream(source: Client) -> Iterator[Server]:
    with serving(source.application) as server:
        yield server


@pytest.fixture
def cache(upstream: Server, storage: RegistryStorage) -> Client:
    config = Config(upstream=UpstreamConfig(f"http://127.0.0.1:{upstream.port}"))
    return Client(create_app(storage, config))


def test_what_was_pulled_once_is_here_without_upstream(
    source: Client, upstream: Server, cache: Client
) -> None:
    digest, content = push_image(source)
    assert cache.get("/v2/w3/manifests/1.0").data == content
    assert cache.get(LAYER_PATH).data == LAYER
    upstream.stop()
    assert cache.get("/v2/w3/manifests/1.0").data == content
    assert cache.get(f"/v2/w3/manifests/{digest}").data == content
    assert cache.get(LAYER_PATH).data == LAYER
    assert cache.get("/v2/w3/tags/list").get_json()["tags"] == ["1.0"]


def test_moved_tag_is_followed(source: Client, cache: Client) -> None:
    push_image(source)
    cache.get("/v2/w3/manifests/1.0")
    _, content = push_image(source, annotations={"newer": "yes"})
    assert cache.get("/v2/w3/manifests/1.0").data == content


def test_index_is_cached_before_its_images(source: Client, cache: Client) -> None:
    _, child = push_image(source)
    top = index(child)
    put(source, "/v2/w3/manifests/all", top, OCI_INDEX)
    assert cache.get("/v2/w3/manifests/all").data == top
    assert cache.get(f"/v2/w3/manifests/{Digest.of(child)}").data == child


def test_what_upstream_does_not_have(source: Client, cache: Client) -> None:
    push_image(source)
    assert codes(cache.get("/v2/absent/manifests/1.0")) == (404, {"NAME_UNKNOWN"})
    absent = Digest.of(b"absent")
    assert codes(cache.get(f"/v2/w3/blobs/{absent}")) == (404, {"BLOB_UNKNOWN"})


def test_upstream_that_is_gone(upstream: Server, cache: Client) -> None:
    upstream.stop()
    assert codes(cache.get("/v2/w3/manifests/1.0")) == (502, {"DENIED"})
    assert codes(cache.get(LAYER_PATH)) == (502, {"DENIED"})


def test_cache_takes_no_pushes(cache: Client) -> None:
    assert codes(cache.post("/v2/w3/blobs/uploads/")) == (405, {"UNSUPPORTED"})
    assert codes(put(cache, "/v2/w3/manifests/1.0", image())) == (405, {"UNSUPPORTED"})


def test_upstream_that_wants_a_password(tmp_path: Path) -> None:
    users = tmp_path / "users"
    users.write_text(f"ann:{bcrypt.hashpw(b'pw', bcrypt.gensalt(4)).decode()}\n", "utf-8")
    storage = MemoryStorage()
    _, content = push_image(Client(create_app(storage)))
    with serving(create_app(storage, Config(htpasswd=Htpasswd(str(users))))) as server:
        url = f"http://127.0.0.1:{server.port}"
        known = Config(upstream=UpstreamConfig(url, "ann", "pw"))
        answer = Client(create_app(MemoryStorage(), known)).get("/v2/w3/manifests/1.0")
        assert answer.data == content
        unknown = Config(upstream=UpstreamConfig(url, "ann", "wrong"))
        answer = Client(create_app(MemoryStorage(), unknown)).get("/v2/w3/manifests/1.0")
        assert codes(answer) == (502, {"DENIED"})


def test_content_with_another_digest_is_not_kept(
    source: Client, stored: MemoryStorage, cache: Client
) -> None:
    push_image(source)
    stored.repository("w3").blobs[Digest.of(LAYER)] = b"forged"
    assert codes(cache.get(LAYER_PATH)) == (502, {"DENIED"})
    assert cache.get(LAYER_PATH).status_code == 502
