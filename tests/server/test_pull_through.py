from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import bcrypt
import pytest
from urllib3 import HTTPHeaderDict
from werkzeug.test import Client

from regnb.errors import InvalidConfiguration
from regnb.oci import Digest
from regnb.oci.media_types import OCI_INDEX
from regnb.registry import Credentials, RegistryClient
from regnb.registry.transport import Request, Response
from regnb.server import Config, MemoryStorage, create_app
from regnb.server.configuration import Htpasswd, UpstreamConfig
from regnb.server.storage_interface import RegistryStorage
from regnb.web.http_server import Server, serving

from .samples import LAYER, codes, image, index, push_image, put

LAYER_PATH = f"/v2/w3/blobs/{Digest.of(LAYER)}"


def asking(server: Server, user: str = "", password: str = "") -> RegistryClient:
    credentials = Credentials(user, password) if user else None
    return RegistryClient(f"http://127.0.0.1:{server.port}", credentials=credentials)


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
    return Client(create_app(storage, upstream=asking(upstream)))


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
        known = create_app(MemoryStorage(), upstream=asking(server, "ann", "pw"))
        assert Client(known).get("/v2/w3/manifests/1.0").data == content
        unknown = create_app(MemoryStorage(), upstream=asking(server, "ann", "wrong"))
        assert codes(Client(unknown).get("/v2/w3/manifests/1.0")) == (502, {"DENIED"})


class SendingElsewhere:
    """An upstream that sends its clients to `realm` for a token, and what it was sent."""

    def __init__(self, realm: str) -> None:
        self.realm = realm
        self.requests: list[Request] = []

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        headers = HTTPHeaderDict({"WWW-Authenticate": f'Bearer realm="{self.realm}"'})
        return Response(401, headers, iter(()), lambda: None)

    def close(self) -> None:
        pass


@pytest.mark.parametrize("realm", ["http://elsewhere.test/token", "http://192.0.2.1:5001/token"])
def test_token_service_elsewhere_without_tls_gets_no_password(realm: str) -> None:
    transport = SendingElsewhere(realm)
    client = RegistryClient(
        "http://127.0.0.1:5000", transport=transport, credentials=Credentials("ann", "secret")
    )
    cache = Client(create_app(MemoryStorage(), upstream=client))
    assert codes(cache.get("/v2/w3/manifests/1.0")) == (502, {"DENIED"})
    assert codes(cache.get(LAYER_PATH)) == (502, {"DENIED"})
    assert {urlsplit(request.url).hostname for request in transport.requests} == {"127.0.0.1"}
    assert not any("Authorization" in request.headers for request in transport.requests)


def test_cache_that_nobody_asks_for_is_refused() -> None:
    with pytest.raises(InvalidConfiguration, match=r"proxy\.remoteurl"):
        create_app(MemoryStorage(), Config(upstream=UpstreamConfig("https://registry-1.docker.io")))


def test_content_with_another_digest_is_not_kept(
    source: Client, stored: MemoryStorage, cache: Client
) -> None:
    push_image(source)
    stored.repository("w3").blobs[Digest.of(LAYER)] = b"forged"
    assert codes(cache.get(LAYER_PATH)) == (502, {"DENIED"})
    assert cache.get(LAYER_PATH).status_code == 502
