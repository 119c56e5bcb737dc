from __future__ import annotations

import io
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from werkzeug import Request, Response

from regnb.errors import (
    DigestMismatch,
    DigestRefused,
    InvalidAnswer,
    InvalidManifest,
    RegistryFailed,
    SizeMismatch,
    UploadRefused,
)
from regnb.oci import Digest, Hasher, ImageManifest, media_types
from tests.oci.samples import manifest
from tests.registry.apps import Answer, TableApp
from tests.registry.conftest import OpenClient

STORED = bytes(range(256)) * 4000
STORED_DIGEST = Digest.of(STORED)
BLOB = f"GET /v2/w3/blobs/{STORED_DIGEST}"


def hasher_after(size: int) -> Hasher:
    hasher = Hasher()
    hasher.update(STORED[:size])
    return hasher


@pytest.mark.parametrize("content", [b"", STORED[:-1], STORED + b"x"], ids=["no", "less", "more"])
def test_blob_that_is_another_is_refused_at_its_end(
    open_client: OpenClient, content: bytes
) -> None:
    blocks = open_client(TableApp({BLOB: Response(content)})).stream_blob("w3", STORED_DIGEST)
    received: list[bytes] = []
    with pytest.raises(DigestMismatch) as caught:
        received.extend(blocks)
    assert b"".join(received) == content
    assert caught.value.actual == Digest.of(content)


def test_blob_by_sha512(open_client: OpenClient) -> None:
    digest = Digest.of(STORED, "sha512")
    app = TableApp({f"GET /v2/w3/blobs/{digest}": Response(STORED)})
    assert open_client(app).get_blob("w3", digest) == STORED


def test_rest_of_a_blob_when_the_registry_knows_ranges(open_client: OpenClient) -> None:
    def answer(request: Request) -> Response:
        return Response(STORED).make_conditional(
            request, accept_ranges=True, complete_length=len(STORED)
        )

    app = TableApp({BLOB: answer})
    blocks = open_client(app).stream_blob(
        "w3", STORED_DIGEST, start=1000, hasher=hasher_after(1000)
    )
    assert b"".join(blocks) == STORED[1000:]
    assert app.asked[0].headers["Range"] == "bytes=1000-"


def test_rest_of_a_blob_when_the_registry_sends_it_whole(open_client: OpenClient) -> None:
    client = open_client(TableApp({BLOB: Response(STORED)}))
    blocks = client.stream_blob("w3", STORED_DIGEST, start=500_001, hasher=hasher_after(500_001))
    assert b"".join(blocks) == STORED[500_001:]


@pytest.mark.parametrize("told", ["bytes 0-9/10", "", "bytes 10010-20/30", "nonsense"])
def test_another_range_is_refused(open_client: OpenClient, told: str) -> None:
    answer = Response(STORED[1001:], 206, headers={"Content-Range": told})
    client = open_client(TableApp({BLOB: answer}))
    with pytest.raises(InvalidAnswer):
        list(client.stream_blob("w3", STORED_DIGEST, start=1001, hasher=hasher_after(1001)))


def test_start_needs_a_hasher_of_what_came_before(open_client: OpenClient) -> None:
    app = TableApp({})
    with pytest.raises(ValueError, match="not the first 10"):
        open_client(app).stream_blob("w3", STORED_DIGEST, start=10)
    assert app.asked == []


def test_download_that_is_left_frees_its_connection(open_client: OpenClient) -> None:
    app = TableApp({BLOB: Response(STORED)})
    client = open_client(app)
    blocks = client.stream_blob("w3", STORED_DIGEST)
    next(iter(blocks))
    blocks.close()
    assert client.get_blob("w3", STORED_DIGEST) == STORED


def test_config_that_is_none_is_told(open_client: OpenClient) -> None:
    parsed = ImageManifest.parse(manifest(config=b"not json"), media_types.OCI_MANIFEST)
    app = TableApp({f"GET /v2/w3/blobs/{parsed.config.digest}": Response(b"not json")})
    with pytest.raises(InvalidManifest):
        open_client(app).get_config("w3", parsed)


CONTENT = b"layer" * 100_000
DIGEST = Digest.of(CONTENT)
START = "POST /v2/w3/blobs/uploads/"
LOCATION = "/up/1?_state=a%2Fb%3D&x="


def opened(location: str = LOCATION, **headers: str) -> Response:
    return Response("", 202, headers={"Location": location} | headers)


class Store:
    """Takes what is put, and keeps it with the request that brought it."""

    def __init__(self, status: int = 201, **headers: str) -> None:
        self.content = b""
        self.status, self.headers = status, headers

    def __call__(self, request: Request) -> Response:
        self.content += request.stream.read()
        told = {name.replace("_", "-"): value for name, value in self.headers.items()}
        return Response("", self.status, headers=told)


def upload_app(
    put: Answer, more: Mapping[str, Answer] | None = None, location: str = LOCATION
) -> TableApp:
    answers = {START: opened(location), "PUT /up/1": put, "DELETE /up/1": Response("", 204)}
    return TableApp({**answers, **(more or {})})


@pytest.mark.parametrize("location", [LOCATION, "http://localhost:{port}" + LOCATION])
def test_upload_goes_where_it_is_sent(open_client: OpenClient, location: str) -> None:
    def start(request: Request) -> Response:
        return opened(location.format(port=request.host.partition(":")[2]))

    store = Store()
    app = upload_app(store, {START: start})
    open_client(app).upload_blob("w3", DIGEST, [CONTENT], size=len(CONTENT))
    assert store.content == CONTENT
    assert app.lines[1] == f"PUT {LOCATION}&digest=sha256%3A{DIGEST.hex}"
    assert app.asked[1].headers["Content-Length"] == str(len(CONTENT))
    assert "Transfer-Encoding" not in app.asked[1].headers


def test_digest_is_the_first_parameter_when_there_is_none(open_client: OpenClient) -> None:
    app = upload_app(Store(), location="/up/1")
    open_client(app).put_blob("w3", b"x")
    assert app.lines[1].startswith("PUT /up/1?digest=sha256%3A")


@pytest.mark.parametrize("stream", [io.BytesIO(CONTENT), [CONTENT[:7], b"", CONTENT[7:]]])
def test_files_and_blocks_are_sent(open_client: OpenClient, stream: Any) -> None:
    if isinstance(stream, io.BytesIO):
        stream.seek(0)
    store = Store()
    open_client(upload_app(store)).upload_blob("w3", DIGEST, stream, size=len(CONTENT))
    assert store.content == CONTENT


def test_upload_that_is_refused_is_cancelled(open_client: OpenClient) -> None:
    app = upload_app(Response('{"errors": [{"code": "DIGEST_INVALID"}]}', 400))
    with pytest.raises(DigestRefused):
        open_client(app).put_blob("w3", CONTENT)
    assert app.lines[-1] == f"DELETE {LOCATION}"


def test_cancelling_hides_no_failure(open_client: OpenClient) -> None:
    app = upload_app(Store(500), {"DELETE /up/1": Response("", 500)})
    with pytest.raises(RegistryFailed) as caught:
        open_client(app).put_blob("w3", CONTENT)
    assert caught.value.method == "PUT"


@pytest.mark.parametrize("failure", [OSError("disk"), BrokenPipeError(), RuntimeError("x")])
def test_stream_that_fails_is_the_cause_told(open_client: OpenClient, failure: Exception) -> None:
    def failing() -> Iterator[bytes]:
        yield CONTENT[:1000]
        raise failure

    app = upload_app(Store())
    client = open_client(app)
    started = time.monotonic()
    with pytest.raises(type(failure)) as caught:
        client.upload_blob("w3", DIGEST, failing(), size=len(CONTENT))
    assert caught.value is failure
    assert time.monotonic() - started < client.timeout
    assert f"DELETE {LOCATION}" in app.lines


@pytest.mark.parametrize("size", [len(CONTENT) - 1, len(CONTENT) + 1])
def test_stream_of_another_size_is_given_up(open_client: OpenClient, size: int) -> None:
    store = Store()
    with pytest.raises(SizeMismatch):
        open_client(upload_app(store)).upload_blob("w3", DIGEST, [CONTENT], size=size)
    assert len(store.content) <= size


def test_upload_without_a_location_is_told(open_client: OpenClient) -> None:
    with pytest.raises(InvalidAnswer):
        open_client(TableApp({START: Response("", 202)})).put_blob("w3", b"x")


def test_registry_that_stores_something_else_is_told(open_client: OpenClient) -> None:
    app = upload_app(Store(Docker_Content_Digest=Digest.of(b"other")))
    with pytest.raises(DigestMismatch):
        open_client(app).put_blob("w3", CONTENT)


def test_chunks_say_where_they_go(open_client: OpenClient) -> None:
    patched: list[tuple[str | None, bytes]] = []

    def patch(request: Request) -> Response:
        patched.append((request.headers.get("Content-Range"), request.get_data()))
        return opened("/up/1?part=2", Range="0-6")

    app = upload_app(Store(), {"PATCH /up/1": patch})
    client = open_client(app)
    upload = client.put_chunk(client.start_upload("w3"), b"four")
    assert (upload.offset, upload.url.partition("/up/")[2]) == (7, "1?part=2")
    client.put_chunk(upload, b"five5")
    assert patched == [("0-3", b"four"), ("7-11", b"five5")]


def test_empty_chunk_is_not_sent(open_client: OpenClient) -> None:
    app = upload_app(Store())
    client = open_client(app)
    upload = client.start_upload("w3")
    assert client.put_chunk(upload, b"") == upload
    assert len(app.asked) == 1


def test_chunk_out_of_order_is_told(open_client: OpenClient) -> None:
    app = upload_app(Store(), {"PATCH /up/1": Response("", 416)})
    client = open_client(app)
    with pytest.raises(UploadRefused):
        client.put_chunk(client.start_upload("w3"), b"x")


@pytest.mark.parametrize(
    ("told", "offset"), [("0-99", 100), ("bytes=0-99", 100), ("0-0", 0), ("", 0), ("nonsense", 0)]
)
def test_status_tells_where_to_go_on(open_client: OpenClient, told: str, offset: int) -> None:
    app = upload_app(Store(), {"GET /up/1": Response("", 204, headers={"Range": told})})
    client = open_client(app)
    assert client.upload_status(client.start_upload("w3")).offset == offset


def test_mount_that_becomes_an_upload_is_cancelled(open_client: OpenClient) -> None:
    app = upload_app(Store())
    assert not open_client(app).mount_blob("w3", DIGEST, source="team/other")
    assert app.asked[0].args.to_dict() == {"mount": DIGEST, "from": "team/other"}
    assert app.lines[-1] == f"DELETE {LOCATION}"


def test_mount_that_worked_sends_nothing_more(open_client: OpenClient) -> None:
    app = TableApp({START: Response("", 201)})
    assert open_client(app).mount_blob("w3", DIGEST, source="other")
    assert len(app.asked) == 1


def test_finishing_sends_nothing_more_and_names_the_digest(open_client: OpenClient) -> None:
    store = Store()
    app = upload_app(store)
    client = open_client(app)
    client.finish_upload(client.start_upload("w3"), DIGEST)
    assert store.content == b""
    assert app.asked[-1].headers["Content-Length"] == "0"
    assert app.asked[-1].args["digest"] == DIGEST
