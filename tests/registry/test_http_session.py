from __future__ import annotations

from collections.abc import Callable

import pytest
from werkzeug import Request, Response

from regnb.errors import (
    CredentialsWithheld,
    Denied,
    DigestMismatch,
    InvalidAnswer,
    RedirectLoop,
    RegistryError,
)
from regnb.i18n import Translator
from regnb.oci import Digest
from regnb.registry import Credentials, RegistryClient, WsgiTransport
from tests.registry.apps import TableApp, serve
from tests.registry.conftest import OpenClient

CONTENT = b"layer"
DIGEST = Digest.of(CONTENT)
BLOB = f"GET /v2/w3/blobs/{DIGEST}"
ANNA = Credentials("anna", "secret")
ANNAS_HEADER = "Basic YW5uYTpzZWNyZXQ="


def only_for_anna(answer: Response) -> Callable[[Request], Response]:
    def check(request: Request) -> Response:
        if request.headers.get("Authorization") == ANNAS_HEADER:
            return answer
        return Response("", 401, headers={"WWW-Authenticate": "Basic realm=x"})

    return check


def moved(location: str, status: int = 307) -> Response:
    return Response("", status, headers={"Location": location})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_blob_is_fetched_where_it_is_stored(open_client: OpenClient, status: int) -> None:
    app = TableApp(
        {BLOB: moved("/storage/a?sig=%2Fb%3D", status), "GET /storage/a": Response(CONTENT)}
    )
    assert open_client(app).get_blob("w3", DIGEST) == CONTENT
    assert app.lines[-1] == "GET /storage/a?sig=%2Fb%3D"


def test_credentials_stay_on_the_same_host(open_client: OpenClient) -> None:
    storage = only_for_anna(Response(CONTENT))
    app = TableApp({BLOB: only_for_anna(moved("/storage")), "GET /storage": storage})
    assert open_client(app, credentials=ANNA).get_blob("w3", DIGEST) == CONTENT


def test_credentials_do_not_go_to_another_host() -> None:
    storage = TableApp({"GET /a": Response(CONTENT)})
    with serve(storage) as elsewhere:
        app = TableApp({BLOB: only_for_anna(moved(f"{elsewhere}/a"))})
        with serve(app) as url, RegistryClient(url, credentials=ANNA) as client:
            assert client.get_blob("w3", DIGEST) == CONTENT
    assert app.asked[-1].headers["Authorization"] == ANNAS_HEADER
    assert "Authorization" not in storage.asked[0].headers


def secure_client(app: TableApp, credentials: Credentials | None) -> RegistryClient:
    transport = WsgiTransport(app)
    return RegistryClient("https://registry.test", transport=transport, credentials=credentials)


@pytest.mark.parametrize("host", ["registry.test", "storage.test"])
def test_with_credentials_tls_is_not_given_up(host: str) -> None:
    app = TableApp({BLOB: only_for_anna(moved(f"http://{host}/a?sig=1"))})
    with pytest.raises(CredentialsWithheld):
        secure_client(app, ANNA).get_blob("w3", DIGEST)
    assert {request.scheme for request in app.asked} == {"https"}


def test_without_credentials_storage_may_have_no_tls() -> None:
    app = TableApp({BLOB: moved("http://storage.test/a"), "GET /a": Response(CONTENT)})
    assert secure_client(app, None).get_blob("w3", DIGEST) == CONTENT


def test_content_of_storage_is_verified(open_client: OpenClient) -> None:
    app = TableApp({BLOB: moved("/a"), "GET /a": Response(b"other")})
    with pytest.raises(DigestMismatch):
        open_client(app).get_blob("w3", DIGEST)


def test_redirects_end_somewhere(open_client: OpenClient) -> None:
    app = TableApp({BLOB: moved("/a"), "GET /a": moved("/a")})
    with pytest.raises(RedirectLoop) as caught:
        open_client(app).get_blob("w3", DIGEST)
    assert caught.value.status == 307
    assert len(app.asked) == 6


@pytest.mark.parametrize("credentials", [None, ANNA])
def test_refusal_knows_whether_anybody_was_known(
    open_client: OpenClient, credentials: Credentials | None
) -> None:
    app = TableApp({"GET /v2/w3/tags/list": Response("", 403)})
    with pytest.raises(Denied) as raised:
        open_client(app, credentials=credentials).list_tags("w3")
    assert ("who you are" in Translator("en").tell(raised.value).text) is bool(credentials)


@pytest.mark.parametrize("location", ["ftp://x/", "http://:80/", ""])
def test_redirect_to_nowhere_is_told(open_client: OpenClient, location: str) -> None:
    with pytest.raises(InvalidAnswer):
        open_client(TableApp({BLOB: moved(location)})).get_blob("w3", DIGEST)


def test_writes_are_not_redirected(open_client: OpenClient) -> None:
    app = TableApp({"PUT /v2/w3/manifests/1.0": moved("/elsewhere")})
    with pytest.raises(RegistryError) as caught:
        open_client(app).put_manifest("w3", "1.0", b"{}", media_type="a/b")
    assert caught.value.status == 307
    assert len(app.asked) == 1
