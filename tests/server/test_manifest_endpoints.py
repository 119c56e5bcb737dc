"""The specification's cases of manifests: end-2, end-7 and what they answer."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from regnb.oci import Digest
from regnb.oci.media_types import DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST

from .samples import CONFIG, LAYER, codes, image, index, push_blob, push_image, put

ABSENT = Digest.of(b"never pushed")


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


@pytest.mark.parametrize("reference", ["1.0", "digest"])
def test_manifest(client: Client, reference: str) -> None:
    digest, content = push_image(client)
    path = f"/v2/w3/manifests/{digest if reference == 'digest' else reference}"
    answer = put(client, path, content)
    assert answer.status_code == 201
    assert answer.headers["Docker-Content-Digest"] == digest
    assert client.get(answer.headers["Location"]).data == content


def test_manifest_with_sha512(client: Client) -> None:
    for blob in (CONFIG, LAYER):
        push_blob(client, blob, algorithm="sha512")
    content = image(algorithm="sha512")
    digest = Digest.of(content, "sha512")
    assert put(client, f"/v2/w3/manifests/{digest}?tag=a", content).status_code == 201
    assert client.get("/v2/w3/manifests/a").headers["Docker-Content-Digest"] == digest


def test_tags_beside_a_digest(client: Client) -> None:
    digest, content = push_image(client)
    tags = [f"v{number}" for number in range(12)]
    query = "&".join(f"tag={tag}" for tag in tags)
    answer = put(client, f"/v2/w3/manifests/{digest}?{query}", content)
    assert answer.headers["OCI-Tag"].split(", ") == tags
    assert set(client.get("/v2/w3/tags/list").get_json()["tags"]) == {"1.0", *tags}


def test_tag_moves(client: Client) -> None:
    first, _ = push_image(client)
    second, content = push_image(client, layers=())
    assert client.get("/v2/w3/manifests/1.0").data == content
    assert client.head(f"/v2/w3/manifests/{first}").status_code == 200
    assert first != second


def test_index_may_list_what_is_not_there(client: Client) -> None:
    content = index(image())
    assert put(client, "/v2/w3/manifests/sparse", content, OCI_INDEX).status_code == 201


def test_layer_that_may_not_be_distributed_is_not_missed(client: Client) -> None:
    push_blob(client, CONFIG)
    content = image().replace(b"image.layer.v1", b"image.layer.nondistributable.v1")
    assert put(client, "/v2/w3/manifests/1.0", content).status_code == 201


def test_subject_need_not_be_there(client: Client) -> None:
    subject = {"mediaType": OCI_MANIFEST, "digest": Digest.of(b"absent"), "size": 6}
    for blob in (CONFIG, LAYER):
        push_blob(client, blob)
    answer = put(client, "/v2/w3/manifests/1.0", image(subject=subject))
    assert (answer.status_code, answer.headers["OCI-Subject"]) == (201, subject["digest"])
