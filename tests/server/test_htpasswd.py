from __future__ import annotations

from pathlib import Path

import bcrypt
import pytest
from werkzeug.test import Client

from regnb.server import Config, MemoryStorage, create_app
from regnb.server.configuration import Htpasswd

from .samples import codes


def hashed(password: str, prefix: bytes = b"2y") -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).replace(b"2b", prefix, 1).decode()


@pytest.fixture
def users(tmp_path: Path) -> Path:
    path = tmp_path / "users"
    lines = [f"ann:{hashed('é secret')}", f"bob:{hashed('b', b'2a')}", "md5:$apr1$x$y", "# no"]
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.fixture
def guarded(users: Path) -> Client:
    return Client(create_app(MemoryStorage(), Config(htpasswd=Htpasswd(str(users), "Here"))))


@pytest.mark.parametrize("auth", [("ann", "é secret"), ("bob", "b")])
def test_right_password(guarded: Client, auth: tuple[str, str]) -> None:
    assert guarded.get("/v2/", auth=auth).status_code == 200
    assert guarded.get("/v2/", auth=auth).status_code == 200


@pytest.mark.parametrize(
    "auth",
    [
        None,
        ("ann", "wrong"),
        ("ann", ""),
        ("nobody", "b"),
        ("md5", "x"),
        ("ann", "b" * 100),
        ("", ""),
    ],
)
@pytest.mark.parametrize("path", ["/v2/", "/v2/_catalog", "/v2/w3/manifests/1.0"])
def test_wrong_password(guarded: Client, path: str, auth: tuple[str, str] | None) -> None:
    answer = guarded.get(path, auth=auth)
    assert codes(answer) == (401, {"UNAUTHORIZED"})
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="Here"'


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic YQ==", "Bearer x", "x", "\xff"])
def test_header_that_is_no_password(guarded: Client, header: str) -> None:
    answer = guarded.get("/v2/", environ_overrides={"HTTP_AUTHORIZATION": header})
    assert codes(answer) == (401, {"UNAUTHORIZED"})


def test_changed_file_counts_at_once(guarded: Client, users: Path) -> None:
    assert guarded.get("/v2/", auth=("ann", "é secret")).status_code == 200
    users.write_text(f"ann:{hashed('new')}\n", "utf-8")
    assert guarded.get("/v2/", auth=("ann", "é secret")).status_code == 401
    assert guarded.get("/v2/", auth=("ann", "new")).status_code == 200


def test_missing_file_lets_nobody_in(tmp_path: Path) -> None:
    config = Config(htpasswd=Htpasswd(str(tmp_path / "absent")))
    assert Client(create_app(MemoryStorage(), config)).get("/v2/").status_code == 401


@pytest.mark.parametrize("path", ["/", "/health", "/debug/health", "/metrics"])
def test_operations_need_no_password(guarded: Client, path: str) -> None:
    assert guarded.get(path).status_code == 200
