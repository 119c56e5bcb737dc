"""Every row of the error table: its code, its status, and a situation that leads to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from regnb.oci import Digest
from regnb.oci.media_types import OCI_MANIFEST
from regnb.server import Config, DirectoryStorage, MemoryStorage, api_errors, create_app
from regnb.server.api_errors import Problem, Situation, answer_of

from .samples import CONFIG, LAYER, codes, image, push_blob, push_image, put

# https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
SPECIFIED = {
    "BLOB_UNKNOWN",
    "BLOB_UPLOAD_INVALID",
    "BLOB_UPLOAD_UNKNOWN",
    "DIGEST_INVALID",
    "MANIFEST_BLOB_UNKNOWN",
    "MANIFEST_INVALID",
    "MANIFEST_UNKNOWN",
    "NAME_INVALID",
    "NAME_UNKNOWN",
    "SIZE_INVALID",
    "UNAUTHORIZED",
    "DENIED",
    "UNSUPPORTED",
    "TOOMANYREQUESTS",
}
ROWS = {name: row for name, row in vars(api_errors).items() if isinstance(row, Situation)}


def test_every_code_is_of_the_specification_and_every_one_has_a_row() -> None:
    assert {row.code for row in ROWS.values()} == SPECIFIED


@pytest.mark.parametrize("name", ROWS)
def test_row_has_a_body_of_the_specification(name: str) -> None:
    answer = answer_of(Problem(ROWS[name], {"why": "é"}))
    assert answer.status_code == ROWS[name].status
    assert answer.mimetype == "application/json"
    [error] = json.loads(answer.get_data())["errors"]
    assert error == {
        "code": ROWS[name].code,
        "message": ROWS[name].message,
        "detail": {"why": "é"},
    }


MANIFEST = "/v2/w3/manifests/1.0"
UPLOADS = "/v2/w3/blobs/uploads/"
ABSENT = Digest.of(b"absent")


def with_body(path: str, body: bytes, method: str = "PUT", **headers: str) -> dict[str, Any]:
    return {"path": path, "method": method, "data": body, "headers": headers}


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"path": f"/v2/w3/blobs/{ABSENT}"}, 404, "BLOB_UNKNOWN"),
        ({"path": f"{UPLOADS}absent"}, 404, "BLOB_UPLOAD_UNKNOWN"),
        ({"path": f"{UPLOADS}absent", "method": "PATCH"}, 404, "BLOB_UPLOAD_UNKNOWN"),
        ({"path": f"{UPLOADS}absent?digest={ABSENT}", "method": "PUT"}, 404, "BLOB_UPLOAD_UNKNOWN"),
        ({"path": f"{UPLOADS}?digest={ABSENT}", "method": "POST"}, 400, "DIGEST_INVALID"),
        ({"path": f"{UPLOADS}?digest=x", "method": "POST"}, 400, "DIGEST_INVALID"),
        ({"path": f"{UPLOADS}?mount=x", "method": "POST"}, 400, "DIGEST_INVALID"),
        ({"path": f"{UPLOADS}?digest-algorithm=md5", "method": "POST"}, 400, "DIGEST_INVALID"),
        ({"path": f"{UPLOADS}?mount={ABSENT}&from=A", "method": "POST"}, 400, "NAME_INVALID"),
        (with_body(MANIFEST, b"{"), 400, "MANIFEST_INVALID"),
        (with_body(MANIFEST, b"[]"), 400, "MANIFEST_INVALID"),
        (with_body(MANIFEST, b""), 400, "MANIFEST_INVALID"),
        (with_body(MANIFEST, b"\xff\xfe"), 400, "MANIFEST_INVALID"),
        (with_body(MANIFEST, b'{"config": ' + b"9" * 5000 + b"}"), 400, "MANIFEST_INVALID"),
        (with_body(MANIFEST, b'{"a":' * 99999 + b"1" + b"}" * 99999), 400, "MANIFEST_INVALID"),
        (with_body(MANIFEST, image(layers=(b"absent",))), 400, "MANIFEST_BLOB_UNKNOWN"),
        (
            with_body(MANIFEST, image(), **{"Content-Type": "application/x"}),
            400,
            "MANIFEST_INVALID",
        ),
        (
            with_body(MANIFEST, image(mediaType="application/x")),
            400,
            "MANIFEST_INVALID",
        ),
        (with_body("/v2/w3/manifests/-bad", image()), 400, "MANIFEST_INVALID"),
        (with_body(f"/v2/w3/manifests/{ABSENT}", image()), 400, "DIGEST_INVALID"),
        (with_body(f"{MANIFEST[:-3]}sha256:baddigeststring", image()), 400, "DIGEST_INVALID"),
        (with_body(MANIFEST, b" " * (4 * 2**20 + 1)), 413, "MANIFEST_INVALID"),
        ({"path": "/v2/w3/manifests/absent"}, 404, "MANIFEST_UNKNOWN"),
        ({"path": "/v2/absent/tags/list"}, 404, "NAME_UNKNOWN"),
        ({"path": "/v2/unknown"}, 404, "NAME_UNKNOWN"),
        ({"path": "/elsewhere"}, 404, "NAME_UNKNOWN"),
        ({"path": "/v2/", "method": "POST"}, 405, "UNSUPPORTED"),
        ({"path": "/v2/_catalog?n=x"}, 400, "UNSUPPORTED"),
    ],
)
def test_situation(client: Client, request_: dict[str, Any], status: int, code: str) -> None:
    push_image(client)
    assert codes(client.open(**request_)) == (status, {code})


@pytest.mark.parametrize(
    "name",
    ["UPPER", "a/../b", "..", "a//b", "-a", "a-", "a/_b", "é", "a%00b", "a%2e%2e/b", "a" * 256],
)
@pytest.mark.parametrize("path", ["tags/list", "manifests/1.0", f"blobs/{ABSENT}"])
def test_name_that_is_none(client: Client, name: str, path: str) -> None:
    assert codes(client.get(f"/v2/{name}/{path}")) == (400, {"NAME_INVALID"})


@pytest.mark.parametrize("name", ["a" * 255, "a/tags/list", "blobs/uploads", "v2", "a__b/c.d-e"])
def test_name_that_is_one(client: Client, name: str) -> None:
    _, content = push_image(client, name=name)
    assert client.get(f"/v2/{name}/manifests/1.0").data == content
    assert client.get("/v2/_catalog").get_json() == {"repositories": [name]}


def test_every_missing_blob_is_named(client: Client) -> None:
    answer = put(client, MANIFEST, image())
    named = {error["detail"]["digest"] for error in answer.get_json()["errors"]}
    assert named == {Digest.of(CONFIG), Digest.of(LAYER)}


def test_manifest_of_four_mebibytes_is_taken(client: Client) -> None:
    push_blob(client, CONFIG)
    small = image(layers=())
    content = small + b" " * (4 * 2**20 - len(small))
    assert put(client, MANIFEST, content).status_code == 201


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "+1", "1_0"])
def test_length_that_is_none(client: Client, length: str) -> None:
    place = client.post(UPLOADS).headers["Location"]
    answer = client.patch(place, data=b"x", environ_overrides={"CONTENT_LENGTH": length})
    assert codes(answer) == (400, {"SIZE_INVALID"})


def announce(client: Client, path: str, method: str, body: bytes, length: int) -> TestResponse:
    overrides = {"CONTENT_LENGTH": str(length)}
    return client.open(path, method=method, data=body, environ_overrides=overrides)


def test_body_that_stops_half_way_counts_for_what_came(client: Client) -> None:
    place = client.post(UPLOADS).headers["Location"]
    assert codes(announce(client, place, "PATCH", b"12345", 10)) == (400, {"SIZE_INVALID"})
    status = client.get(place)
    assert (status.status_code, status.headers["Range"]) == (204, "0-4")


@pytest.mark.parametrize("way", ["put", "post"])
def test_body_that_stops_half_way_makes_no_blob(client: Client, way: str) -> None:
    digest = Digest.of(b"12345")
    place = client.post(UPLOADS).headers["Location"] if way == "put" else UPLOADS
    method = "PUT" if way == "put" else "POST"
    answer = announce(client, f"{place}?digest={digest}", method, b"12345", 10)
    assert codes(answer) == (400, {"SIZE_INVALID"})
    assert client.get(f"/v2/w3/blobs/{digest}").status_code == 404


def test_manifest_that_stops_half_way(client: Client) -> None:
    _, content = push_image(client)
    answer = announce(client, MANIFEST, "PUT", content, len(content) + 1)
    assert codes(answer) == (400, {"SIZE_INVALID"})


def test_range_that_is_not_the_length(client: Client) -> None:
    place = client.post(UPLOADS).headers["Location"]
    answer = client.patch(place, data=b"12345", headers={"Content-Range": "0-9"})
    assert codes(answer) == (400, {"SIZE_INVALID"})


def test_range_that_is_none(client: Client) -> None:
    place = client.post(UPLOADS).headers["Location"]
    answer = client.patch(place, data=b"12345", headers={"Content-Range": "first"})
    assert codes(answer) == (400, {"BLOB_UPLOAD_INVALID"})


def test_thousand_open_uploads(client: Client) -> None:
    places = [client.post(UPLOADS).headers["Location"] for _ in range(1000)]
    assert len(set(places)) == 1000
    assert all(client.get(place).status_code == 204 for place in places[::100])
    assert push_image(client)


@pytest.mark.parametrize(
    ("path", "status"),
    [(MANIFEST, 405), (f"/v2/w3/blobs/{ABSENT}", 405), (f"{UPLOADS}absent", 404)],
)
def test_delete_where_it_is_not_enabled(path: str, status: int) -> None:
    client = Client(create_app(MemoryStorage()))
    push_image(client)
    assert client.delete(path).status_code == status
    assert client.get(MANIFEST).status_code == 200


def test_read_only() -> None:
    storage = MemoryStorage()
    push_image(Client(create_app(storage)))
    client = Client(create_app(storage, Config(read_only=True, delete_enabled=True)))
    assert codes(client.post(UPLOADS)) == (405, {"UNSUPPORTED"})
    assert codes(put(client, MANIFEST, image())) == (405, {"UNSUPPORTED"})
    assert codes(client.delete(MANIFEST)) == (405, {"UNSUPPORTED"})
    assert client.get(MANIFEST).status_code == 200


def test_busy_upload(client: Client) -> None:
    place = client.post(UPLOADS).headers["Location"]
    inner: list[TestResponse] = []

    class Body:
        """Sends another chunk to the same upload while it is read."""

        def read(self, size: int = -1) -> bytes:
            if inner or size == 0:
                return b""
            inner.append(client.patch(place, data=b"other"))
            return b"x"

    client.patch(place, data=b"x", environ_overrides={"wsgi.input": Body()})
    assert codes(inner[0]) == (409, {"BLOB_UPLOAD_INVALID"})


def test_failure_of_the_storage_is_told_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    storage = DirectoryStorage(tmp_path)
    client = Client(create_app(storage))
    push_image(client)
    path = storage.repository("w3").blobs.path(Digest.of(LAYER))
    path.unlink()
    path.mkdir()
    assert codes(client.get(f"/v2/w3/blobs/{Digest.of(LAYER)}")) == (404, {"BLOB_UNKNOWN"})
    assert str(path) in caplog.text


def test_manifest_without_content_type_is_known_by_its_own(client: Client) -> None:
    _, content = push_image(client)
    assert client.put(MANIFEST, data=content).status_code == 201
    assert client.get(MANIFEST).headers["Content-Type"] == OCI_MANIFEST
