from __future__ import annotations

import json
import re
from http.client import BadStatusLine, IncompleteRead
from socket import gaierror
from typing import Any

import pytest
from urllib3 import HTTPConnectionPool, exceptions
from urllib3.connection import HTTPConnection
from werkzeug import Response

from regnb import errors
from regnb.errors import NotFound, RegistryError
from regnb.registry.problems import CODES, network_error
from regnb.registry.transport import Request
from tests.registry.apps import TableApp
from tests.registry.conftest import OpenClient

# https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
SPECIFIED = {
    "BLOB_UNKNOWN": (404, errors.BlobNotFound),
    "BLOB_UPLOAD_INVALID": (400, errors.UploadRefused),
    "BLOB_UPLOAD_UNKNOWN": (404, errors.UploadNotFound),
    "DIGEST_INVALID": (400, errors.DigestRefused),
    "MANIFEST_BLOB_UNKNOWN": (404, errors.ManifestBlobMissing),
    "MANIFEST_INVALID": (400, errors.ManifestRefused),
    "MANIFEST_UNKNOWN": (404, errors.ManifestNotFound),
    "NAME_INVALID": (400, errors.NameRefused),
    "NAME_UNKNOWN": (404, errors.RepositoryNotFound),
    "SIZE_INVALID": (400, errors.SizeRefused),
    "UNAUTHORIZED": (401, errors.Unauthorized),
    "DENIED": (403, errors.Denied),
    "UNSUPPORTED": (405, errors.Unsupported),
    "TOOMANYREQUESTS": (429, errors.TooManyRequests),
}
LEGACY = {"MANIFEST_UNVERIFIED", "TAG_INVALID", "UNAVAILABLE"}
TAGS = "GET /v2/w3/tags/list"


def problem(code: str, **more: Any) -> str:
    return json.dumps({"errors": [{"code": code, "message": "told", "detail": {"a": 1}} | more]})


def caught_from(open_client: OpenClient, response: Response) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        open_client(TableApp({TAGS: response})).list_tags("w3")
    return caught.value


def test_every_code_is_known() -> None:
    assert CODES.keys() == SPECIFIED.keys() | LEGACY


@pytest.mark.parametrize("code", SPECIFIED)
def test_code_decides_the_class(open_client: OpenClient, code: str) -> None:
    status, kind = SPECIFIED[code]
    error = caught_from(open_client, Response(problem(code), status))
    assert type(error) is kind
    assert (error.status, error.code, error.detail) == (status, code, {"a": 1})
    assert error.method == "GET"
    assert error.url.endswith("/v2/w3/tags/list")
    assert str(error).endswith(f"{code}: told")


BODIES = {
    "empty": ("", None),
    "html": ("<html><title>x</title>", "text/html"),
    "not json": ("{", "application/json"),
    "other json": ('{"error": 1}', "application/json"),
    "errors null": ('{"errors": null}', "application/json"),
    "errors of no objects": ('{"errors": [1, "a"]}', "application/json"),
    "code null": ('{"errors": [{"code": null}]}', "application/json"),
    "list": ("[]", "application/json"),
    "deep": ("[" * 60_000, "application/json"),
    "broken text": (b"\xff\xfe\x00", "text/plain"),
}


@pytest.mark.parametrize(("body", "kind"), BODIES.values(), ids=BODIES)
def test_body_that_tells_nothing_leaves_the_status(
    open_client: OpenClient, body: str | bytes, kind: str
) -> None:
    error = caught_from(open_client, Response(body, 404, content_type=kind))
    assert type(error) is errors.RepositoryNotFound
    assert error.message.startswith("404 Not Found")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.Refused),
        (401, errors.Unauthorized),
        (403, errors.Denied),
        (405, errors.Unsupported),
        (413, errors.Refused),
        (416, errors.UploadRefused),
        (418, RegistryError),
        (429, errors.TooManyRequests),
        (500, errors.RegistryFailed),
        (503, errors.RegistryFailed),
        (599, errors.RegistryFailed),
        (202, RegistryError),
        (304, RegistryError),
    ],
)
def test_status_decides_without_a_code(
    open_client: OpenClient, status: int, kind: type[RegistryError]
) -> None:
    error = caught_from(open_client, Response(status=status))
    assert type(error) is kind
    assert error.status == status


def test_text_is_told_by_its_first_line(open_client: OpenClient) -> None:
    error = caught_from(
        open_client, Response("disk full\nsee the log", 500, content_type="text/plain")
    )
    assert error.message == "500 Internal Server Error: disk full"


def test_first_code_that_is_known_wins(open_client: OpenClient) -> None:
    body = json.dumps({"errors": [{"code": "OTHER"}, {"code": "denied", "message": "no"}]})
    error = caught_from(open_client, Response(body, 404))
    assert type(error) is errors.Denied
    assert error.message == "DENIED: no"


def test_huge_body_is_not_read(open_client: OpenClient) -> None:
    sent: list[int] = []

    def endless() -> Any:
        while True:
            sent.append(1)
            yield b" " * 65_536

    error = caught_from(open_client, Response(endless(), 500, content_type="text/plain"))
    assert error.message == "500 Internal Server Error."
    assert len(sent) < 1000


def test_head_tells_by_its_status_alone(open_client: OpenClient) -> None:
    with pytest.raises(NotFound) as caught:
        open_client(TableApp({})).head_manifest("w3", "1.0")
    assert type(caught.value) is errors.ManifestNotFound
    assert re.search(r"HEAD .*/v2/w3/manifests/1.0: 404 Not Found\.$", str(caught.value))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "30"}, 30.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-1"}, None),
        (
            {
                "Date": "Wed, 21 Oct 2026 07:28:00 GMT",
                "Retry-After": "Wed, 21 Oct 2026 07:29:30 GMT",
            },
            90.0,
        ),
        (
            {
                "Date": "Wed, 21 Oct 2026 07:28:00 GMT",
                "Retry-After": "Wed, 21 Oct 2026 07:00:00 GMT",
            },
            0.0,
        ),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    ],
    ids=["none", "seconds", "nonsense", "negative", "date", "date gone", "date alone"],
)
def test_too_many_requests_tell_when_to_come_back(
    open_client: OpenClient, headers: dict[str, str], seconds: float | None
) -> None:
    error = caught_from(open_client, Response("slow down\r\n\n", 429, headers=headers))
    assert isinstance(error, errors.TooManyRequests)
    assert error.retry_after == seconds


PLACE = HTTPConnection("localhost")
POOL = HTTPConnectionPool("localhost")


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (
            exceptions.NameResolutionError("a", PLACE, gaierror()),
            errors.HostUnknown,
            "The host has no address.",
        ),
        (
            exceptions.NewConnectionError(PLACE, "x"),
            errors.RegistryUnreachable,
            "Nothing listens there.",
        ),
        (
            exceptions.ReadTimeoutError(POOL, "/", "x"),
            errors.RegistryTimedOut,
            "No answer in time.",
        ),
        (TimeoutError(), errors.RegistryTimedOut, "No answer in time."),
        (IncompleteRead(b""), errors.ConnectionLost, "The connection was cut in the middle."),
        (ConnectionResetError(), errors.ConnectionLost, "The connection was cut."),
        (
            exceptions.LocationValueError("x"),
            errors.InvalidAnswer,
            "It leads to what is no address.",
        ),
        (exceptions.InvalidHeader("x"), errors.NotARegistry, "The answer is not HTTP."),
        (BadStatusLine("x"), errors.NotARegistry, "The answer is not HTTP."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_failure_of_the_network_is_told_in_words_of_its_own(
    error: Exception, kind: type[RegistryError], message: str
) -> None:
    told = network_error(error, Request("GET", "http://localhost:5000/v2/"))
    assert type(told) is kind
    assert str(told) == f"GET http://localhost:5000/v2/: {message}"
