"""Users, rights, and the token server, which is asked as a registry's client asks it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest
from werkzeug.test import Client

from regnb.authoring.reference_engine import own_ports
from regnb.engine.ports import ports_of_lab
from regnb.errors import UserUnknown
from regnb.lab.auth import PATH, Issuer, Rights, Token, TokenServer, TokenService, Users
from regnb.lab.authority import Certificates
from regnb.lab.ownership import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def users(folder: Folder) -> Users:
    users = Users(folder)
    users.add("anna")
    users.add("ben")
    return users


@pytest.fixture
def server(folder: Folder, users: Users) -> Client:
    issuer = Issuer(folder, Certificates(folder))
    return Client(TokenServer(users, issuer, Rights({"w3": "anna"})))


def ask(server: Client, scope: str, user: str = "", password: str = "") -> dict[str, list[str]]:
    """Actions by thing, in the token for `scope`."""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {pair}"} if user else {}
    answer = server.get(PATH, query_string={"service": "s", "scope": scope}, headers=headers)
    assert answer.json is not None
    claims = Token(answer.json["token"]).claims
    assert claims["sub"] == user
    return {f"{one['type']}:{one['name']}": one["actions"] for one in claims["access"]}


def test_passwords_are_kept_and_hashed(users: Users, folder: Folder) -> None:
    before = users.password_of("anna")
    users.add("anna")
    assert users.password_of("anna") == before
    lines = (folder.read("auth/htpasswd") or b"").decode().splitlines()
    hashes = dict(line.split(":", 1) for line in lines)
    assert sorted(hashes) == users.names == ["anna", "ben"]
    assert bcrypt.checkpw(before.encode(), hashes["anna"].encode())
    assert users.knows("anna", before)
    assert not users.knows("ben", before)
    with pytest.raises(UserUnknown):
        users.password_of("eve")


@pytest.mark.parametrize(
    ("user", "actions"), [("", ["pull"]), ("ben", ["pull"]), ("anna", ["pull", "push", "delete"])]
)
def test_everybody_reads_and_the_writer_writes(
    server: Client, users: Users, user: str, actions: list[str]
) -> None:
    password = users.password_of(user) if user else ""
    granted = ask(server, "repository:w3:pull,push,delete", user, password)
    assert granted == {"repository:w3": actions}


def test_several_things_are_granted_each_for_itself(server: Client, users: Users) -> None:
    scope = "repository:w3:pull,push repository:a/b:pull,push registry:catalog:* nonsense"
    granted = ask(server, scope, "anna", users.password_of("anna"))
    assert granted == {
        "repository:w3": ["pull", "push"],
        "repository:a/b": ["pull"],
        "registry:catalog": ["*"],
    }


def test_wrong_password_gets_no_token(server: Client) -> None:
    pair = base64.b64encode(b"anna:wrong").decode()
    answer = server.get(PATH, headers={"Authorization": f"Basic {pair}"})
    assert answer.status_code == 401
    assert "token" not in (answer.json or {})


def test_oauth_is_declined_so_that_clients_ask_with_get(server: Client) -> None:
    assert server.post(PATH).status_code == 405


def test_a_token_is_shown_to_nobody() -> None:
    assert "secret" not in repr(Token("secret"))


@pytest.fixture
def ports_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where no server of an earlier test has a port."""
    with own_ports() as ports:
        for name, value in ports.environment.items():
            monkeypatch.setenv(name, value)
        yield


@pytest.mark.usefixtures("ports_of_its_own")
def test_token_server_takes_the_last_port_of_the_lab_and_keeps_it(tmp_path: Path) -> None:
    services = []
    for name in ("one", "other"):
        folder = Folder(tmp_path / name)
        services.append(TokenService(folder, Users(folder), Issuer(folder, Certificates(folder))))
    one, other = services
    last = ports_of_lab()[-1]
    try:
        assert one.run(Rights({})) == f"http://localhost:{last}{PATH}"
        before = other.run(Rights({}))
        assert before == f"http://localhost:{last - 1}{PATH}"
        one.stop()
        other.stop()
        assert other.run(Rights({})) == before
    finally:
        one.stop()
        other.stop()
