"""The specification's cases of pulling: end-1 to end-3."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from regnb.oci import Digest
from regnb.oci.media_types import DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST

from .samples import CONFIG, LAYER, codes, image, index, push_blob, push_image, put

ABSENT = Digest.of(b"never pushed")
BLOB = bytes(range(256)) * 8


def test_ping(client: Client) -> None:
    answer = client.get("/v2/")
    assert answer.status_code == 200
    assert answer.headers["Docker-Distribution-Api-Version"] == "registry/2.0"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("reference", ["1.0", "digest"])
def test_manifest_is_what_was_pushed(client: Client, method: str, reference: str) -> None:
    digest, content = push_image(client)
    path = f"/v2/w3/manifests/{digest if reference == 'digest' else reference}"
    answer = client.open(path, method=method)
    assert answer.status_code == 200
    assert answer.data == (content if method == "GET" else b"")
    assert answer.headers["Docker-Content-Digest"] == digest
    assert answer.headers["Content-Type"] == OCI_MANIFEST
    assert answer.content_length == len(content)


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("content", [b"", b"{}", BLOB], ids=["empty", "json", "bytes"])
def test_blob_is_what_was_pushed(client: Client, algorithm: str, content: bytes) -> None:
    digest = push_blob(client, content, algorithm=algorithm)
    answer = client.get(f"/v2/w3/blobs/{digest}")
    assert (answer.status_code, answer.data) == (200, content)
    assert answer.headers["Docker-Content-Digest"] == digest
    head = client.head(f"/v2/w3/blobs/{digest}")
    assert (head.status_code, head.content_length, head.data) == (200, len(content), b"")


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("500-1499", 500, 1499),
        ("500-", 500, 2047),
        ("-500", 1548, 2047),
        ("2000-5000", 2000, 2047),
        ("0-0", 0, 0),
    ],
)
def test_range_of_a_blob(client: Client, asked: str, first: int, last: int) -> None:
    digest = push_blob(client, BLOB)
    answer = client.get(f"/v2/w3/blobs/{digest}", headers={"Range": f"bytes={asked}"})
    assert (answer.status_code, answer.data) == (206, BLOB[first : last + 1])
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/2048"
    assert answer.content_length == last - first + 1


@pytest.mark.parametrize("asked", ["500-0", "5000-10000", "2048-", "x"])
def test_range_that_the_blob_does_not_have(client: Client, asked: str) -> None:
    digest = push_blob(client, BLOB)
    answer = client.get(f"/v2/w3/blobs/{digest}", headers={"Range": f"bytes={asked}"})
    assert codes(answer) == (416, {"SIZE_INVALID"})
    assert answer.headers["Content-Range"] == "bytes */2048"


@pytest.mark.parametrize(
    "headers", [{"Range": "bytes=0-1,5-6"}, {"Range": "bytes=0-1", "If-Range": '"other"'}]
)
def test_range_that_may_be_ignored(client: Client, headers: dict[str, str]) -> None:
    digest = push_blob(client, BLOB)
    answer = client.get(f"/v2/w3/blobs/{digest}", headers=headers)
    assert (answer.status_code, answer.data) == (200, BLOB)


def test_range_with_the_etag_of_the_blob(client: Client) -> None:
    digest = push_blob(client, BLOB)
    headers = {"Range": "bytes=0-1", "If-Range": f'"{digest}"'}
    assert client.get(f"/v2/w3/blobs/{digest}", headers=headers).status_code == 206


@pytest.mark.parametrize("kind", ["blobs", "manifests"])
def test_what_the_client_has_is_not_sent_again(client: Client, kind: str) -> None:
    digest, _ = push_image(client)
    digest = digest if kind == "manifests" else Digest.of(LAYER)
    path = f"/v2/w3/{kind}/{digest}"
    etag = client.get(path).headers["ETag"]
    answer = client.get(path, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.data) == (304, b"")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"/v2/w3/blobs/{ABSENT}", 404, "BLOB_UNKNOWN"),
        (f"/v2/w3/manifests/{ABSENT}", 404, "MANIFEST_UNKNOWN"),
        ("/v2/w3/manifests/absent", 404, "MANIFEST_UNKNOWN"),
        ("/v2/w3/manifests/.INVALID", 404, "MANIFEST_UNKNOWN"),
        ("/v2/w3/manifests/sha256:baddigeststring", 400, "DIGEST_INVALID"),
        ("/v2/w3/blobs/sha256:abc", 400, "DIGEST_INVALID"),
        ("/v2/w3/blobs/md5:" + "0" * 32, 400, "DIGEST_INVALID"),
        ("/v2/absent/manifests/1.0", 404, "NAME_UNKNOWN"),
        (f"/v2/absent/blobs/{ABSENT}", 404, "BLOB_UNKNOWN"),
    ],
)
def test_what_is_not_there(client: Client, path: str, status: int, code: str) -> None:
    push_image(client)
    assert codes(client.get(path)) == (status, {code})
    assert client.head(path).status_code == status


@pytest.mark.parametrize(
    "accept",
    [None, "*/*", "application/json", DOCKER_MANIFEST, f"{DOCKER_LIST}, {DOCKER_MANIFEST}", "x;q"],
)
def test_stored_manifest_is_answered_whatever_is_accepted(client: Client, accept: str) -> None:
    _, child = push_image(client)
    content = index(child)
    put(client, "/v2/w3/manifests/all", content, OCI_INDEX)
    answer = client.get("/v2/w3/manifests/all", headers={"Accept": accept} if accept else {})
    assert answer.data == content
    assert answer.headers["Docker-Content-Digest"] == Digest.of(content)
    assert answer.headers["Content-Type"] == OCI_INDEX


def test_manifest_of_docker_keeps_its_type(client: Client) -> None:
    for blob in (CONFIG, LAYER):
        push_blob(client, blob)
    content = image(mediaType=DOCKER_MANIFEST)
    put(client, "/v2/w3/manifests/1.0", content, DOCKER_MANIFEST)
    assert client.head("/v2/w3/manifests/1.0").headers["Content-Type"] == DOCKER_MANIFEST
