from __future__ import annotations

import json

import pytest
from werkzeug import Response

from regnb import errors
from regnb.errors import NotARegistry, RegistryError, TLSFailed, Unauthorized, Unsupported
from regnb.registry import Credentials, Probe, RegistryClient
from tests.registry.apps import REGISTRY, Answer, TableApp
from tests.registry.conftest import OpenClient

PROBLEM = json.dumps({"errors": [{"code": "UNAUTHORIZED"}]})
TOKEN_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="https://auth.test/",service="x"'}
BASIC_CHALLENGE = {"WWW-Authenticate": 'Basic realm="x"'}

REGISTRIES: dict[str, tuple[Response, bool]] = {
    "header": (Response("", headers=REGISTRY), False),
    "header and login": (Response("", 401, headers=REGISTRY), True),
    "empty object": (Response("{}\n"), False),
    "problem": (Response(PROBLEM, 401), True),
    "token server": (Response("", 401, headers=TOKEN_CHALLENGE), True),
}
OTHERS = {
    "AirPlay": (Response("", 403, headers={"Server": "AirTunes/860.7.1"}), NotARegistry),
    "web page": (Response("<html>"), NotARegistry),
    "empty": (Response(""), NotARegistry),
    "api": (Response('{"status": "ok"}'), NotARegistry),
    "login of another kind": (Response("", 401, headers=BASIC_CHALLENGE), NotARegistry),
    "not found": (Response("404 page not found", 404), NotARegistry),
    "failure": (Response("", 500), NotARegistry),
    "gateway": (Response("<html>", 502), errors.RegistryFailed),
    "rate limit": (Response("", 429), errors.TooManyRequests),
    "registry that fails": (Response("", 500, headers=REGISTRY), errors.RegistryFailed),
    "registry that forbids": (Response("", 403, headers=REGISTRY), errors.Denied),
}


def app_at_root(answer: Answer) -> TableApp:
    return TableApp({"GET /v2/": answer})


@pytest.mark.parametrize(("answer", "login"), REGISTRIES.values(), ids=REGISTRIES)
def test_probe_knows_a_registry(open_client: OpenClient, answer: Response, login: bool) -> None:
    client = open_client(app_at_root(answer), credentials=Credentials("anna", "x"))
    assert client.probe() == Probe("registry/2.0", needs_credentials=login)


@pytest.mark.parametrize(("answer", "kind"), OTHERS.values(), ids=OTHERS)
def test_what_is_no_registry_is_told(
    open_client: OpenClient, answer: Response, kind: type[RegistryError]
) -> None:
    client = open_client(app_at_root(answer))
    for ask in (client.ping, client.probe):
        with pytest.raises(RegistryError) as caught:
            ask()
        assert type(caught.value) is kind
        assert caught.value.status == answer.status_code


def test_ping_gives_the_version_that_is_told(open_client: OpenClient) -> None:
    answer = Response("", headers={"Docker-Distribution-Api-Version": "registry/2.1"})
    assert open_client(app_at_root(answer)).ping() == "registry/2.1"


def test_ping_wants_to_be_let_in(open_client: OpenClient) -> None:
    with pytest.raises(Unauthorized):
        open_client(app_at_root(Response("", 401, headers=REGISTRY))).ping()


@pytest.mark.parametrize(
    "text",
    [
        "Client sent an HTTP request to an HTTPS server.\n",
        "<h1>400</h1>The plain HTTP request was sent to HTTPS port",
    ],
    ids=["go", "nginx"],
)
def test_server_that_wants_tls_is_told(open_client: OpenClient, text: str) -> None:
    with pytest.raises(TLSFailed) as caught:
        open_client(app_at_root(Response(text, 400))).ping()
    assert caught.value.reason == "wants_tls"


def test_registry_without_a_catalogue(open_client: OpenClient) -> None:
    with pytest.raises(Unsupported):
        open_client(TableApp({})).list_repositories()


@pytest.mark.parametrize(
    "url",
    ["localhost:5000", "ftp://x", "http://", "http://x/v2", "http://a:b@x", "http://x:99999",
     "http://[", "http://x?y", ""],
)  # fmt: skip
def test_address_that_is_none(url: str) -> None:
    with pytest.raises(errors.InvalidAddress):
        RegistryClient(url)
