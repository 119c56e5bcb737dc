"""Requests, answers and bodies, without a network."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from urllib3 import HTTPHeaderDict

from regnb.errors import InvalidAnswer, NotFound, SizeMismatch
from regnb.registry.transport import (
    BodyCopy,
    BodyReader,
    Request,
    Response,
    SizedBody,
    StreamFailed,
)

URL = "http://localhost:5000/v2/w3/blobs/uploads/?_state=secret"


def answer(*blocks: bytes) -> Response:
    return Response(200, HTTPHeaderDict({"location": "/up"}), iter(blocks), lambda: None)


def test_timeout_of_a_request_wins() -> None:
    assert Request("GET", URL).within(5.0).timeout == 5.0
    assert Request("GET", URL, timeout=1.0).within(5.0).timeout == 1.0
    request = Request("PUT", URL, {"a": "b"}, b"body", "w3")
    assert request.within(5.0) == Request("PUT", URL, {"a": "b"}, b"body", "w3", 5.0)


@pytest.mark.parametrize(("body", "can"), [(None, True), (b"", True), (iter([b"a"]), False)])
def test_only_what_is_still_there_is_sent_again(body: bytes | None, can: bool) -> None:
    assert Request("PUT", URL, body=body).can_be_repeated is can


def test_error_names_the_request_without_its_secrets() -> None:
    error = Request("PUT", URL).error(NotFound, "Gone.", status=404)
    assert (error.method, error.status) == ("PUT", 404)
    assert "secret" not in error.url


def test_request_leads_to_an_address_or_nowhere() -> None:
    request = Request("POST", URL)
    assert request.leads_to("/up?a=b") == "http://localhost:5000/up?a=b"
    for target in (None, "", "ftp://elsewhere/"):
        with pytest.raises(InvalidAnswer):
            request.leads_to(target)


@pytest.mark.parametrize("limit", [0, 1, 4, 5, 9, 10])
def test_answer_is_read_up_to_the_limit(limit: int) -> None:
    assert answer(b"12345", b"6789").read(limit) == b"123456789"[:limit]


def test_location_is_found_whatever_its_case() -> None:
    assert answer().location == "/up"
    assert Response(200, HTTPHeaderDict(), iter(()), lambda: None).location is None


@pytest.mark.parametrize(("more", "is_whole"), [(0, True), (1, False)])
def test_copy_of_a_body_has_its_start(more: int, is_whole: bool) -> None:
    content = bytes(BodyCopy.LIMIT + more)
    copy, response = BodyCopy(), answer(content[:10], content[10:])
    response.copy_to(copy)
    assert b"".join(response.stream()) == content
    assert (copy.content, copy.is_whole) == (content[: BodyCopy.LIMIT], is_whole)
    assert BodyCopy(content).is_whole is is_whole


@pytest.mark.parametrize("stream", [io.BytesIO(b"12345"), [b"123", b"45"]], ids=["file", "blocks"])
def test_body_tells_its_progress(stream: io.BytesIO | list[bytes]) -> None:
    done: list[int] = []
    assert b"".join(SizedBody(stream, 5, done.append)) == b"12345"
    assert done[-1] == 5


@pytest.mark.parametrize("size", [4, 6])
def test_body_of_another_size_fails_before_a_byte_too_many(size: int) -> None:
    body, sent = SizedBody([b"123", b"45"], size), list[bytes]()
    with pytest.raises(StreamFailed):
        sent.extend(body)
    assert isinstance(body.failure, SizeMismatch)
    assert len(b"".join(sent)) <= size


def test_what_a_stream_raises_is_kept_as_the_failure() -> None:
    def broken() -> Iterator[bytes]:
        yield b"1"
        raise OSError("The disk is gone.")

    body = SizedBody(broken(), 2)
    with pytest.raises(StreamFailed) as caught:
        list(body)
    assert body.failure is caught.value.__cause__
    assert isinstance(body.failure, OSError)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_blocks_are_read_like_a_file(size: int) -> None:
    reader = BodyReader([b"", b"12", b"", b"345"])
    read = b"".join(iter(lambda: reader.read(size) or b"", b""))
    assert (read, reader.readable()) == (b"12345", True)
