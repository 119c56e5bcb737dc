"""The specification's cases of pushing: end-4a to end-7b, end-11, end-13 and end-14."""

from __future__ import annotations

import pytest
from werkzeug.test import Client, TestResponse

from regnb.oci import Digest
from regnb.oci.media_types import OCI_INDEX, OCI_MANIFEST

from .samples import CONFIG, LAYER, codes, image, index, push_blob, push_image, put

UPLOADS = "/v2/w3/blobs/uploads/"
BLOB = bytes(range(250))
CHUNKS = (BLOB[:100], BLOB[100:200], BLOB[200:])
BOTH = pytest.mark.parametrize("algorithm", ["sha256", "sha512"])


def start(client: Client, query: str = "") -> str:
    answer = client.post(UPLOADS + query)
    assert answer.status_code == 202
    return answer.headers["Location"]


def send(
    client: Client, place: str, chunk: bytes, first: int, method: str = "PATCH"
) -> TestResponse:
    headers = {"Content-Range": f"{first}-{first + len(chunk) - 1}"}
    return client.open(place, method=method, data=chunk, headers=headers)


def close(client: Client, place: str, digest: str, data: bytes = b"") -> TestResponse:
    return client.put(f"{place}?digest={digest}", data=data)


@BOTH
def test_post_then_put(client: Client, algorithm: str) -> None:
    digest = Digest.of(BLOB, algorithm)
    answer = close(client, start(client), digest, BLOB)
    assert answer.status_code == 201
    assert answer.headers["Docker-Content-Digest"] == digest
    assert client.get(answer.headers["Location"]).data == BLOB


@BOTH
def test_single_post(client: Client, algorithm: str) -> None:
    digest = Digest.of(BLOB, algorithm)
    answer = client.post(f"{UPLOADS}?digest={digest}", data=BLOB)
    assert answer.status_code == 201
    assert client.get(answer.headers["Location"]).data == BLOB


@BOTH
@pytest.mark.parametrize("last_by_put", [False, True])
@pytest.mark.parametrize("announced", [False, True])
def test_chunks(client: Client, algorithm: str, last_by_put: bool, announced: bool) -> None:
    digest = Digest.of(BLOB, algorithm)
    place = start(client, f"?digest-algorithm={algorithm}" if announced else "")
    for number, chunk in enumerate(CHUNKS[:2] if last_by_put else CHUNKS):
        answer = send(client, place, chunk, 100 * number)
        assert answer.status_code == 202
        assert answer.headers["Range"] == f"0-{100 * number + len(chunk) - 1}"
        place = answer.headers["Location"]
    if last_by_put:
        answer = send(client, f"{place}?digest={digest}", CHUNKS[2], 200, "PUT")
    else:
        answer = close(client, place, digest)
    assert answer.status_code == 201
    assert client.get(answer.headers["Location"]).data == BLOB


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize("first", [0, 99, 101, 200])
def test_chunk_out_of_order(client: Client, method: str, first: int) -> None:
    digest = Digest.of(BLOB)
    place = send(client, start(client), CHUNKS[0], 0).headers["Location"]
    answer = send(client, f"{place}?digest={digest}", CHUNKS[1], first, method)
    assert codes(answer) == (416, {"BLOB_UPLOAD_INVALID"})
    status = client.get(place)
    assert (status.status_code, status.headers["Range"]) == (204, "0-99")
    assert close(client, status.headers["Location"], digest, BLOB[100:]).status_code == 201


def test_stream_without_range(client: Client) -> None:
    place = start(client)
    assert client.patch(place, data=BLOB).status_code == 202
    assert close(client, place, Digest.of(BLOB)).status_code == 201


def test_status_of_a_new_upload(client: Client) -> None:
    answer = client.get(start(client))
    assert (answer.status_code, answer.headers["Range"]) == (204, "0-0")


def test_cancelled_upload_is_unknown(client: Client) -> None:
    place = start(client)
    assert client.delete(place).status_code == 204
    assert codes(client.get(place)) == (404, {"BLOB_UPLOAD_UNKNOWN"})
    assert codes(client.delete(place)) == (404, {"BLOB_UPLOAD_UNKNOWN"})


def test_upload_is_of_one_repository(client: Client) -> None:
    place = start(client)
    assert client.get(place.replace("w3", "other")).status_code == 404


@BOTH
@pytest.mark.parametrize("way", ["post", "put", "patch"])
def test_digest_that_lies(client: Client, algorithm: str, way: str) -> None:
    digest = Digest.of(b"something else", algorithm)
    if way == "post":
        answer = client.post(f"{UPLOADS}?digest={digest}", data=BLOB)
    elif way == "put":
        answer = close(client, start(client), digest, BLOB)
    else:
        place = send(client, start(client), BLOB, 0).headers["Location"]
        answer = close(client, place, digest)
    assert codes(answer) == (400, {"DIGEST_INVALID"})
    assert client.get(f"/v2/w3/blobs/{digest}").status_code == 404
    assert client.get(f"/v2/w3/blobs/{Digest.of(BLOB, algorithm)}").status_code == 404


@pytest.mark.parametrize("digest", ["", "sha256:abc", "md5:" + "0" * 32, "sha256:" + "A" * 64])
def test_digest_that_is_none(client: Client, digest: str) -> None:
    assert codes(close(client, start(client), digest, BLOB)) == (400, {"DIGEST_INVALID"})


def test_mount(client: Client) -> None:
    digest = push_blob(client, BLOB, "source")
    answer = client.post(f"{UPLOADS}?mount={digest}&from=source")
    assert answer.status_code == 201
    assert answer.headers["Docker-Content-Digest"] == digest
    assert client.get(answer.headers["Location"]).data == BLOB


def test_mount_from_anywhere(client: Client) -> None:
    digest = push_blob(client, BLOB, "source")
    assert client.post(f"{UPLOADS}?mount={digest}").status_code == 201
    assert client.get(f"/v2/w3/blobs/{digest}").data == BLOB


@pytest.mark.parametrize("query", ["&from=source", ""])
def test_mount_of_what_is_not_there_opens_an_upload(client: Client, query: str) -> None:
    digest = Digest.of(BLOB)
    answer = client.post(f"{UPLOADS}?mount={digest}{query}")
    assert answer.status_code == 202
    assert close(client, answer.headers["Location"], digest, BLOB).status_code == 201


def test_blob_of_another_repository_is_unknown(client: Client) -> None:
    digest = push_blob(client, BLOB, "source")
    assert client.get(f"/v2/w3/blobs/{digest}").status_code == 404


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
