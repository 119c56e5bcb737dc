from __future__ import annotations

import json
from typing import Any

import pytest

from regnb.analysis.wire import MASK, ShownExchange, shown
from regnb.registry import Exchange
from regnb.registry.transport import BodyCopy

URL = "https://registry.example/v2/w3/manifests/1.0"
SECRETS = {
    "basic": {"request_headers": {"Authorization": "Basic c2VjcmV0OmhpZGRlbg=="}},
    "bearer": {"request_headers": {"authorization": "Bearer hidden.hidden.hidden"}},
    "cookie": {"response_headers": {"Set-Cookie": "session=hidden; Path=/"}},
    "token header": {"request_headers": {"X-Auth-Token": "hidden"}},
    "signed location": {"response_headers": {"Location": "https://s3.example/b?X-Sig=hidden"}},
    "upload state": {"response_headers": {"Location": "/v2/w3/blobs/uploads/1?_state=hidden"}},
    "link": {"response_headers": {"Link": '</v2/_catalog?n=1&key=hidden>; rel="next"'}},
    "signed url": {"url": "https://s3.example/blob?X-Amz-Signature=hidden&digest=sha256:1"},
    "user in url": {"url": "https://me:hidden@registry.example/v2/"},
    "token": {"response_body": BodyCopy(b'{"token": "hidden", "expires_in": 60}')},
    "nested": {"response_body": BodyCopy(b'{"a": [{"refresh_token": "hidden"}]}')},
    "address in json": {"response_body": BodyCopy(b'{"urls": ["https://s3.example/?s=hidden"]}')},
    "sent": {"method": "PUT", "request_body": BodyCopy(b'{"password": "hidden"}')},
}


def exchange(**changed: Any) -> Exchange:
    fields: dict[str, Any] = {
        "method": "GET",
        "url": URL,
        "request_headers": {},
        "status": 200,
        "response_headers": {},
        "duration": 0.1,
    }
    return Exchange(**{**fields, **changed})


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
def test_secrets_are_masked(secret: dict[str, Any]) -> None:
    item = shown(exchange(**secret))
    assert "hidden" not in repr(item)
    assert "c2VjcmV0" not in repr(item)


def test_what_is_no_secret_stays() -> None:
    challenge = 'Bearer realm="https://auth.example/token",service="registry.example"'
    headers = {"WWW-Authenticate": challenge, "Link": '</v2/_catalog?last=w3&n=1>; rel="next"'}
    item = shown(exchange(status=401, response_headers=headers))
    assert {header.value for header in item.response_headers} == set(headers.values())
    body = BodyCopy(b'{"annotations": {"example/signature": "public"}, "token_type": "x"}')
    assert json.loads(shown(exchange(response_body=body)).response_body or "") == json.loads(
        body.content
    )


def test_telling_headers_come_first() -> None:
    headers = {"Date": "today", "Docker-Content-Digest": "sha256:1", "Server": "x"}
    found = shown(exchange(response_headers=headers)).response_headers
    assert [header.name for header in found] == ["Docker-Content-Digest", "Date", "Server"]
    assert [header.is_explained for header in found] == [True, False, False]


@pytest.mark.parametrize(
    ("changed", "command"),
    [
        ({}, f"curl --include {URL}"),
        ({"method": "HEAD"}, f"curl --head {URL}"),
        ({"method": "DELETE"}, f"curl --include --request DELETE {URL}"),
        (
            {"request_headers": {"Accept": "a/b, c/d", "Authorization": "Basic eHg6eXk="}},
            f"curl --include --header 'Accept: a/b, c/d' --user NAME {URL}",
        ),
        (
            {"request_headers": {"Authorization": "Bearer x"}},
            f'curl --include --header "Authorization: Bearer $TOKEN" {URL}',
        ),
        (
            {"method": "PUT", "request_headers": {"Content-Length": "5"}},
            f"curl --include --request PUT --data-binary @FILE {URL}",
        ),
        ({"url": f"{URL}?n=1&last=a"}, f"curl --include '{URL}?n=1&last=a'"),
    ],
)
def test_curl_sends_the_same(changed: dict[str, Any], command: str) -> None:
    assert shown(exchange(**changed)).curl == command


@pytest.mark.parametrize(
    "body",
    [BodyCopy(b""), BodyCopy(b"\x1f\x8b\x08"), BodyCopy(b"[" + b"1," * 9000 + b"1]"), BodyCopy()],
    ids=["empty", "binary", "large", "unread"],
)
def test_only_small_json_is_shown(body: BodyCopy) -> None:
    assert shown(exchange(response_body=body)).response_body is None


def test_body_that_was_not_read_to_its_end_is_not_shown() -> None:
    copy = BodyCopy()
    assert b"".join(copy.of(iter([b"1" * BodyCopy.LIMIT, b"1"]))) == b"1" * (BodyCopy.LIMIT + 1)
    assert len(copy.content) == BodyCopy.LIMIT
    assert not copy.is_whole


def test_path_is_the_address_without_the_registry() -> None:
    item: ShownExchange = shown(exchange(url="http://localhost:5000/v2/_catalog?n=1000"))
    assert item.path == "/v2/_catalog?n=1000"
    assert item.reason == "OK"


def test_curl_is_told_whom_to_trust() -> None:
    item = shown(exchange(), '--cacert "$(regnb folder)/authority/ca.crt"')
    assert item.curl.startswith('curl --cacert "$(regnb folder)/authority/ca.crt" --include ')


@pytest.mark.parametrize("scheme", ["Basic", "Bearer"])
def test_scheme_of_credentials_is_shown_without_them(scheme: str) -> None:
    found = shown(exchange(request_headers={"Authorization": f"{scheme} hidden"}))
    assert found.request_headers[0].value == f"{scheme} {MASK}"
