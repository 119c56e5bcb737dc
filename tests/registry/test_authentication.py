from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug import Request, Response

from regnb.errors import (
    CredentialsWithheld,
    InvalidAnswer,
    InvalidChallenge,
    RegistryUnreachable,
    Unauthorized,
)
from regnb.registry import Credentials, RegistryClient, WsgiTransport
from tests.registry.apps import REGISTRY, TableApp, serve
from tests.registry.conftest import OpenClient

ANNA = Credentials("anna", "s€cret:1")
ANNAS_HEADER = "Basic YW5uYTpz4oKsY3JldDox"
TAGS = "GET /v2/w3/tags/list"
PROBLEM = json.dumps({"errors": [{"code": "UNAUTHORIZED", "message": "who are you"}]})


def refusal(*challenges: str) -> Response:
    response = Response(PROBLEM, 401, headers=REGISTRY)
    for challenge in challenges:
        response.headers.add("WWW-Authenticate", challenge)
    return response


def tags_for(header: str, challenge: str) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        if request.headers.get("Authorization") != header:
            return refusal(challenge.format(host=request.host_url))
        return Response('{"tags": ["1.0"]}')

    return answer


def token(**fields: Any) -> Response:
    return Response(json.dumps(fields))


BEARER = 'Bearer realm="{host}token?a=b",service="s",scope="repository:w3:pull,push"'


def token_app(answer: Response | Callable[[Request], Response]) -> TableApp:
    return TableApp({TAGS: tags_for("Bearer t1", BEARER), "GET /token": answer})


def test_basic_is_sent_after_the_challenge_and_then_at_once(open_client: OpenClient) -> None:
    app = TableApp({TAGS: tags_for(ANNAS_HEADER, 'BASIC realm="Sonatype Nexus"')})
    client = open_client(app, credentials=ANNA)
    assert client.list_tags("w3") == client.list_tags("w3") == ["1.0"]
    sent = [request.headers.get("Authorization") for request in app.asked]
    assert sent == [None, ANNAS_HEADER, ANNAS_HEADER]


@pytest.mark.parametrize("credentials", [None, Credentials("anna", "wrong")])
def test_list_without_the_right_to_it(
    open_client: OpenClient, credentials: Credentials | None
) -> None:
    app = TableApp({"GET /v2/_catalog": refusal('Basic realm="x"')})
    with pytest.raises(Unauthorized, match="who are you"):
        open_client(app, credentials=credentials).list_repositories()
    assert len(app.asked) == (2 if credentials else 1)


def test_identity_token_is_shown_to_the_token_server_alone(open_client: OpenClient) -> None:
    """docker/cli#4262: what `az acr login` leaves in config.json."""
    forms = []

    def answer(request: Request) -> Response:
        forms.append(request.form.to_dict())
        return token(access_token="t1")

    app = TableApp({TAGS: tags_for("Bearer t1", BEARER), "POST /token": answer})
    client = open_client(app, credentials=Credentials("0000", "", "identity"))
    assert client.list_tags("w3") == ["1.0"]
    scope = {"service": "s", "scope": "repository:w3:pull,push", "client_id": "regnb"}
    assert forms == [scope | {"grant_type": "refresh_token", "refresh_token": "identity"}]
    assert "identity" not in repr(client)


def test_identity_token_is_no_password(open_client: OpenClient) -> None:
    app = TableApp({TAGS: refusal("Basic realm=x")})
    with pytest.raises(Unauthorized):
        open_client(app, credentials=Credentials("0000", "", "identity")).list_tags("w3")
    assert [request.headers.get("Authorization") for request in app.asked] == [None]


def test_refused_password_is_not_sent_twice_in_a_row(open_client: OpenClient) -> None:
    app = TableApp({TAGS: refusal("Basic realm=x")})
    client = open_client(app, credentials=ANNA)
    for _ in range(2):
        with pytest.raises(Unauthorized):
            client.list_tags("w3")
    sent = [request.headers.get("Authorization") for request in app.asked]
    assert sent == [None, ANNAS_HEADER, ANNAS_HEADER]


def test_stream_is_not_sent_again_with_credentials(open_client: OpenClient) -> None:
    app = TableApp(
        {
            "POST /v2/w3/blobs/uploads/": Response("", 202, headers={"Location": "/up"}),
            "PUT /up": refusal("Basic realm=x"),
        }
    )
    with pytest.raises(Unauthorized):
        open_client(app, credentials=ANNA).put_blob("w3", b"layer")
    assert [request.method for request in app.asked] == ["POST", "PUT", "DELETE"]


@pytest.mark.parametrize("field", ["token", "access_token"])
def test_token_is_asked_once_and_kept(open_client: OpenClient, field: str) -> None:
    app = token_app(token(**{field: "t1", "expires_in": 300}))
    client = open_client(app, credentials=ANNA)
    assert client.list_tags("w3") == client.list_tags("w3") == ["1.0"]
    query = "a=b&service=s&scope=repository%3Aw3%3Apull%2Cpush"
    assert app.lines == [TAGS, f"GET /token?{query}", TAGS, TAGS]
    assert app.asked[1].headers["Authorization"] == ANNAS_HEADER


def test_token_is_asked_without_credentials_too(open_client: OpenClient) -> None:
    app = token_app(token(token="t1"))
    assert open_client(app).list_tags("w3") == ["1.0"]
    assert "Authorization" not in app.asked[1].headers


def test_token_that_expired_is_renewed_beforehand(open_client: OpenClient) -> None:
    app = token_app(token(token="t1", expires_in=0))
    client = open_client(app)
    client.list_tags("w3")
    client.list_tags("w3")
    assert [line.partition("?")[0] for line in app.lines] == [
        TAGS, "GET /token", TAGS, "GET /token", TAGS,
    ]  # fmt: skip


def test_token_that_is_refused_is_asked_anew(open_client: OpenClient) -> None:
    app = token_app(token(token="t1", expires_in=300))
    client = open_client(app)
    client.list_tags("w3")
    app.answers = {
        **app.answers,
        TAGS: tags_for("Bearer t2", BEARER),
        "GET /token": token(token="t2"),
    }
    assert client.list_tags("w3") == ["1.0"]


def test_token_of_no_use_is_told(open_client: OpenClient) -> None:
    app = token_app(token(token="other"))
    with pytest.raises(Unauthorized):
        open_client(app).list_tags("w3")
    assert len(app.asked) == 3


def test_scope_is_worked_out_when_the_challenge_has_none(open_client: OpenClient) -> None:
    def catalogue(request: Request) -> Response:
        return refusal(f'Bearer realm="{request.host_url}token"')

    app = TableApp({"GET /v2/_catalog": catalogue, "GET /token": token(token="t1")})
    with pytest.raises(Unauthorized):
        open_client(app).list_repositories()
    assert app.asked[1].args["scope"] == "registry:catalog:*"


def test_threads_share_one_token() -> None:
    ready = threading.Barrier(8)

    def slow_tags(request: Request) -> Response:
        if "Authorization" not in request.headers:
            ready.wait(10)
        return tags_for("Bearer t1", BEARER)(request)

    app = TableApp({TAGS: slow_tags, "GET /token": token(token="t1", expires_in=300)})
    client = RegistryClient("http://localhost:5000", transport=WsgiTransport(app))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(client.list_tags, ["w3"] * 8))
    assert found == [["1.0"]] * 8
    assert sum("/token" in line for line in app.lines) == 1


@pytest.mark.parametrize(
    "realm", ["", "Sonatype Nexus", "/token", "ftp://x/", "http://[", "http://"]
)
def test_realm_that_is_no_url_is_told(open_client: OpenClient, realm: str) -> None:
    app = TableApp({TAGS: refusal(f'Bearer realm="{realm}"')})
    with pytest.raises(InvalidChallenge) as caught:
        open_client(app, credentials=ANNA).list_tags("w3")
    assert caught.value.detail == realm


def test_password_does_not_go_to_a_token_server_without_tls(open_client: OpenClient) -> None:
    app = TableApp({TAGS: refusal('Bearer realm="http://auth.test/token"')})
    with pytest.raises(CredentialsWithheld) as caught:
        open_client(app, credentials=ANNA).list_tags("w3")
    assert caught.value.url.startswith("http://auth.test/")
    assert len(app.asked) == 1


@pytest.mark.parametrize("host", ["https://auth.test", "http://127.0.0.1:1", "http://[::1]"])
def test_password_goes_to_a_token_server_that_is_safe(host: str) -> None:
    app = TableApp({TAGS: tags_for("Bearer t1", f'Bearer realm="{host}/token"')})
    app.answers = {**app.answers, "GET /token": token(token="t1")}
    transport = WsgiTransport(app)
    client = RegistryClient("http://localhost:5000", transport=transport, credentials=ANNA)
    assert client.list_tags("w3") == ["1.0"]
    assert app.asked[1].headers["Authorization"] == ANNAS_HEADER


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "[]",
        "<html>",
        "{}",
        '{"token": ""}',
        '{"token": 1}',
        '{"token": "a\\r\\nX: 1"}',
        "[" * 9999,
    ],
    ids=range(8),
)
def test_token_server_that_gives_none(open_client: OpenClient, answer: str) -> None:
    with pytest.raises(InvalidAnswer):
        open_client(token_app(Response(answer))).list_tags("w3")


def test_token_server_that_refuses(open_client: OpenClient) -> None:
    with pytest.raises(Unauthorized, match="/token"):
        open_client(token_app(Response(PROBLEM, 401))).list_tags("w3")


def test_token_server_that_is_down() -> None:
    app = TableApp({TAGS: refusal('Bearer realm="http://localhost:1/token"')})
    with (
        serve(app) as url,
        RegistryClient(url) as client,
        pytest.raises(RegistryUnreachable) as caught,
    ):
        client.list_tags("w3")
    assert caught.value.url == "http://localhost:1/token?scope=repository:w3:pull"


def test_password_is_not_in_the_repr() -> None:
    assert "s€cret" not in repr(ANNA)


@pytest.mark.parametrize("elsewhere", [True, False])
def test_token_server_that_redirects(open_client: OpenClient, elsewhere: bool) -> None:
    """As `/token/` for `/token`: the password goes on to the same host alone."""
    shown = []

    def redirect(request: Request) -> Response:
        host = "127.0.0.1" if elsewhere else request.host.partition(":")[0]
        port = request.host.rpartition(":")[2]
        return Response(
            "", 301, {"Location": f"http://{host}:{port}/moved?{request.query_string.decode()}"}
        )

    def moved(request: Request) -> Response:
        shown.append(request.headers.get("Authorization"))
        assert "scope" in request.args
        return token(token="t1")

    app = token_app(redirect)
    app.answers = {**app.answers, "GET /moved": moved}
    assert open_client(app, credentials=ANNA).list_tags("w3") == ["1.0"]
    assert shown == [None if elsewhere else ANNAS_HEADER]
