"""The specification's cases of blobs, pulled and pushed: end-2, end-4 to end-6, end-11."""

from __future__ import annotations

import pytest
from werkzeug.test import Client, TestResponse

from regnb.oci import Digest

from .samples import codes, push_blob

ABSENT = Digest.of(b"never pushed")
BLOB = bytes(range(256)) * 8
UPLOADS = "/v2/w3/blobs/uploads/"
PUSHED = bytes(range(250))
CHUNKS = (PUSHED[:100], PUSHED[100:200], PUSHED[200:])
BOTH = pytest.mark.parametrize("algorithm", ["sha256", "sha512"])


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
    digest = Digest.of(PUSHED, algorithm)
    answer = close(client, start(client), digest, PUSHED)
    assert answer.status_code == 201
    assert answer.headers["Docker-Content-Digest"] == digest
    assert client.get(answer.headers["Location"]).data == PUSHED


@BOTH
def test_single_post(client: Client, algorithm: str) -> None:
    digest = Digest.of(PUSHED, algorithm)
    answer = client.post(f"{UPLOADS}?digest={digest}", data=PUSHED)
    assert answer.status_code == 201
    assert client.get(answer.headers["Location"]).data == PUSHED


@BOTH
@pytest.mark.parametrize("last_by_put", [False, True])
@pytest.mark.parametrize("announced", [False, True])
def test_chunks(client: Client, algorithm: str, last_by_put: bool, announced: bool) -> None:
    digest = Digest.of(PUSHED, algorithm)
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
    assert client.get(answer.headers["Location"]).data == PUSHED


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize("first", [0, 99, 101, 200])
def test_chunk_out_of_order(client: Client, method: str, first: int) -> None:
    digest = Digest.of(PUSHED)
    place = send(client, start(client), CHUNKS[0], 0).headers["Location"]
    answer = send(client, f"{place}?digest={digest}", CHUNKS[1], first, method)
    assert codes(answer) == (416, {"BLOB_UPLOAD_INVALID"})
    status = client.get(place)
    assert (status.status_code, status.headers["Range"]) == (204, "0-99")
    assert close(client, status.headers["Location"], digest, PUSHED[100:]).status_code == 201


def test_stream_without_range(client: Client) -> None:
    place = start(client)
    assert client.patch(place, data=PUSHED).status_code == 202
    assert close(client, place, Digest.of(PUSHED)).status_code == 201


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
        answer = client.post(f"{UPLOADS}?digest={digest}", data=PUSHED)
    elif way == "put":
        answer = close(client, start(client), digest, PUSHED)
    else:
        place = send(client, start(client), PUSHED, 0).headers["Location"]
        answer = close(client, place, digest)
    assert codes(answer) == (400, {"DIGEST_INVALID"})
    assert client.get(f"/v2/w3/blobs/{digest}").status_code == 404
    assert client.get(f"/v2/w3/blobs/{Digest.of(PUSHED, algorithm)}").status_code == 404


@pytest.mark.parametrize("digest", ["", "sha256:abc", "md5:" + "0" * 32, "sha256:" + "A" * 64])
def test_digest_that_is_none(client: Client, digest: str) -> None:
    assert codes(close(client, start(client), digest, PUSHED)) == (400, {"DIGEST_INVALID"})


def test_mount(client: Client) -> None:
    digest = push_blob(client, PUSHED, "source")
    answer = client.post(f"{UPLOADS}?mount={digest}&from=source")
    assert answer.status_code == 201
    assert answer.headers["Docker-Content-Digest"] == digest
    assert client.get(answer.headers["Location"]).data == PUSHED


def test_mount_from_anywhere(client: Client) -> None:
    digest = push_blob(client, PUSHED, "source")
    assert client.post(f"{UPLOADS}?mount={digest}").status_code == 201
    assert client.get(f"/v2/w3/blobs/{digest}").data == PUSHED


@pytest.mark.parametrize("query", ["&from=source", ""])
def test_mount_of_what_is_not_there_opens_an_upload(client: Client, query: str) -> None:
    digest = Digest.of(PUSHED)
    answer = client.post(f"{UPLOADS}?mount={digest}{query}")
    assert answer.status_code == 202
    assert close(client, answer.headers["Location"], digest, PUSHED).status_code == 201


def test_blob_of_another_repository_is_unknown(client: Client) -> None:
    digest = push_blob(client, PUSHED, "source")
    assert client.get(f"/v2/w3/blobs/{digest}").status_code == 404
