"""Pulls and pushes where a registry wants a password, given by X-Registry-Auth."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import bcrypt
import pytest
from werkzeug import Request, Response
from werkzeug.test import Client

from regnb.registry import Credentials, RegistryClient
from regnb.server import Config, MemoryStorage, create_app
from regnb.server.configuration import Htpasswd
from regnb.web.http_server import serving
from tests.embedded.calls import error_in, lines
from tests.embedded.test_push import tagged

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@pytest.fixture
def protected(tmp_path: Path) -> Iterator[str]:
    """The address of a registry where Anna has a password."""
    users = tmp_path / "htpasswd"
    users.write_text(f"anna:{bcrypt.hashpw(b'secret', bcrypt.gensalt(4)).decode()}\n")
    with serving(create_app(MemoryStorage(), Config(htpasswd=Htpasswd(str(users))))) as server:
        yield f"localhost:{server.port}"


def login(password: str) -> dict[str, str]:
    value = json.dumps({"username": "anna", "password": password})
    return {"X-Registry-Auth": base64.urlsafe_b64encode(value.encode()).decode()}


def test_password_opens_the_registry_for_push_and_pull(api: Client, protected: str) -> None:
    name = tagged(api, f"{protected}/w3")
    sent = api.post(f"/images/{name}/push?tag=1.0", headers=login("secret"))
    assert error_in(sent.data) == ""
    with RegistryClient(f"http://{protected}", credentials=Credentials("anna", "secret")) as client:
        assert client.list_tags("w3") == ["1.0"]
    api.delete(f"/images/{name}:1.0")
    path = f"/images/create?fromImage={name}&tag=1.0"
    back = api.post(path, headers=login("secret"))
    assert lines(back.data)[-1]["status"] == f"Status: Downloaded newer image for {name}:1.0"


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, "no basic auth credentials"),
        ({"X-Registry-Auth": "e30="}, "no basic auth credentials"),
        (login("wrong"), "unauthorized: authentication required"),
    ],
)
def test_registry_is_closed_without_it(
    api: Client, protected: str, headers: dict[str, str], told: str
) -> None:
    name = tagged(api, f"{protected}/w3")
    sent = api.post(f"/images/{name}/push?tag=1.0", headers=headers)
    assert error_in(sent.data) == told
    back = api.post(f"/images/create?fromImage={name}&tag=1.0", headers=headers)
    assert back.status_code == 500
    assert lines(back.data)[-1]["message"].endswith(told)


@pytest.mark.parametrize(("password", "status"), [("secret", 200), ("wrong", 401)])
def test_login_asks_the_registry(api: Client, protected: str, password: str, status: int) -> None:
    value = {"username": "anna", "password": password, "serveraddress": protected}
    assert api.post("/auth", json=value).status_code == status


def test_identity_token_is_handed_on(api: Client) -> None:
    """docker/cli#4262."""
    shown = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if request.path == "/token":
            shown.append(request.form["refresh_token"])
        challenge = f'Bearer realm="{request.host_url}token",service="s"'
        refusal = Response("{}", 401, headers={"WWW-Authenticate": challenge})
        return refusal(environ, start_response)

    value = json.dumps({"username": "0000", "password": "", "identitytoken": "secret"})
    headers = {"X-Registry-Auth": base64.urlsafe_b64encode(value.encode()).decode()}
    with serving(app) as server:
        path = f"/images/create?fromImage=localhost:{server.port}/x&tag=1"
        assert api.post(path, headers=headers).status_code == 500
    assert set(shown) == {"secret"}
