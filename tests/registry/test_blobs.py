from __future__ import annotations

import pytest
from werkzeug import Request, Response

from regnb.errors import DigestMismatch, InvalidAnswer, InvalidManifest
from regnb.oci import Digest, Hasher, ImageManifest, media_types
from tests.oci.samples import manifest
from tests.registry.apps import TableApp
from tests.registry.conftest import OpenClient

CONTENT = bytes(range(256)) * 4000
DIGEST = Digest.of(CONTENT)
BLOB = f"GET /v2/w3/blobs/{DIGEST}"


def hasher_after(size: int) -> Hasher:
    hasher = Hasher()
    hasher.update(CONTENT[:size])
    return hasher


@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT + b"x"], ids=["no", "less", "more"])
def test_blob_that_is_another_is_refused_at_its_end(
    open_client: OpenClient, content: bytes
) -> None:
    blocks = open_client(TableApp({BLOB: Response(content)})).stream_blob("w3", DIGEST)
    received: list[bytes] = []
    with pytest.raises(DigestMismatch) as caught:
        received.extend(blocks)
    assert b"".join(received) == content
    assert caught.value.actual == Digest.of(content)


def test_blob_by_sha512(open_client: OpenClient) -> None:
    digest = Digest.of(CONTENT, "sha512")
    app = TableApp({f"GET /v2/w3/blobs/{digest}": Response(CONTENT)})
    assert open_client(app).get_blob("w3", digest) == CONTENT


def test_rest_of_a_blob_when_the_registry_knows_ranges(open_client: OpenClient) -> None:
    def answer(request: Request) -> Response:
        return Response(CONTENT).make_conditional(
            request, accept_ranges=True, complete_length=len(CONTENT)
        )

    app = TableApp({BLOB: answer})
    blocks = open_client(app).stream_blob("w3", DIGEST, start=1000, hasher=hasher_after(1000))
    assert b"".join(blocks) == CONTENT[1000:]
    assert app.asked[0].headers["Range"] == "bytes=1000-"


def test_rest_of_a_blob_when_the_registry_sends_it_whole(open_client: OpenClient) -> None:
    client = open_client(TableApp({BLOB: Response(CONTENT)}))
    blocks = client.stream_blob("w3", DIGEST, start=500_001, hasher=hasher_after(500_001))
    assert b"".join(blocks) == CONTENT[500_001:]


@pytest.mark.parametrize("told", ["bytes 0-9/10", "", "bytes 10010-20/30", "nonsense"])
def test_another_range_is_refused(open_client: OpenClient, told: str) -> None:
    answer = Response(CONTENT[1001:], 206, headers={"Content-Range": told})
    client = open_client(TableApp({BLOB: answer}))
    with pytest.raises(InvalidAnswer):
        list(client.stream_blob("w3", DIGEST, start=1001, hasher=hasher_after(1001)))


def test_start_needs_a_hasher_of_what_came_before(open_client: OpenClient) -> None:
    app = TableApp({})
    with pytest.raises(ValueError, match="not the first 10"):
        open_client(app).stream_blob("w3", DIGEST, start=10)
    assert app.asked == []


def test_download_that_is_left_frees_its_connection(open_client: OpenClient) -> None:
    app = TableApp({BLOB: Response(CONTENT)})
    client = open_client(app)
    blocks = client.stream_blob("w3", DIGEST)
    next(iter(blocks))
    blocks.close()
    assert client.get_blob("w3", DIGEST) == CONTENT


def test_config_that_is_none_is_told(open_client: OpenClient) -> None:
    parsed = ImageManifest.parse(manifest(config=b"not json"), media_types.OCI_MANIFEST)
    app = TableApp({f"GET /v2/w3/blobs/{parsed.config.digest}": Response(b"not json")})
    with pytest.raises(InvalidManifest):
        open_client(app).get_config("w3", parsed)
