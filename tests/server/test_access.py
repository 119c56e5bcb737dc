from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import bcrypt
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug.test import Client

from regnb.errors import InvalidConfiguration
from regnb.server import Config, MemoryStorage, create_app
from regnb.server.configuration import Htpasswd, TokenAuth

from .samples import codes, push_image


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


def make_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "issuer")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return key


class Issuer:
    """Signs tokens, and the registry that believes them."""

    def __init__(self, path: Path) -> None:
        self.key = make_key(path)
        self.storage = MemoryStorage()
        token = TokenAuth("https://auth.example/token", "registry", "issuer", str(path))
        self.client = Client(create_app(self.storage, Config(token=token, delete_enabled=True)))

    def headers(self, *access: dict[str, Any], **claims: object) -> dict[str, str]:
        content = {
            "iss": "issuer",
            "aud": "registry",
            "sub": "ann",
            "exp": int(time.time()) + 60,
            "access": list(access),
            **claims,
        }
        return {"Authorization": f"Bearer {jwt.encode(content, self.key, 'ES256')}"}


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path / "bundle.pem")


def on(name: str, *actions: str) -> dict[str, Any]:
    return {"type": "repository", "name": name, "actions": list(actions)}


def test_challenge_names_what_is_wanted(issuer: Issuer) -> None:
    answer = issuer.client.put("/v2/team/w3/manifests/1.0")
    assert codes(answer) == (401, {"UNAUTHORIZED"})
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer realm="https://auth.example/token",service="registry",'
        'scope="repository:team/w3:pull,push"'
    )


def test_challenge_of_a_mount_names_the_source(issuer: Issuer) -> None:
    answer = issuer.client.post("/v2/w3/blobs/uploads/?mount=x&from=other")
    assert (
        'scope="repository:w3:pull,push repository:other:pull"'
        in (answer.headers["WWW-Authenticate"])
    )


@pytest.mark.parametrize(
    ("method", "path", "access", "is_let_in"),
    [
        ("GET", "/v2/", [], True),
        ("GET", "/v2/w3/tags/list", [on("w3", "pull")], True),
        ("GET", "/v2/w3/tags/list", [on("w3", "*")], True),
        ("GET", "/v2/w3/tags/list", [on("other", "pull")], False),
        ("GET", "/v2/w3/tags/list", [], False),
        ("POST", "/v2/w3/blobs/uploads/", [on("w3", "pull", "push")], True),
        ("POST", "/v2/w3/blobs/uploads/", [on("w3", "pull")], False),
        ("DELETE", "/v2/w3/manifests/1.0", [on("w3", "pull", "push")], False),
        ("DELETE", "/v2/w3/manifests/1.0", [on("w3", "delete")], True),
        ("GET", "/v2/_catalog", [on("w3", "*")], False),
        (
            "GET",
            "/v2/_catalog",
            [{"type": "registry", "name": "catalog", "actions": ["*"]}],
            True,
        ),
    ],
)
def test_token_allows_what_it_says(
    issuer: Issuer, method: str, path: str, access: list[dict[str, Any]], is_let_in: bool
) -> None:
    push_image(Client(create_app(issuer.storage)))
    answer = issuer.client.open(path, method=method, headers=issuer.headers(*access))
    assert (answer.status_code != 401) == is_let_in
    if not is_let_in:
        assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "other"},
        {"aud": "other"},
        {"exp": 1},
        {"nbf": 2**33},
        {"access": "all"},
        {"access": [1, {"type": "repository", "name": "w3", "actions": "pull"}]},
    ],
)
def test_token_that_is_not_valid(issuer: Issuer, claims: dict[str, object]) -> None:
    headers = issuer.headers(**claims)
    assert issuer.client.get("/v2/w3/tags/list", headers=headers).status_code == 401


def test_token_of_another_key(issuer: Issuer, tmp_path: Path) -> None:
    issuer.key = make_key(tmp_path / "other.pem")
    assert issuer.client.get("/v2/", headers=issuer.headers()).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJpc3MiOiJpc3N1ZXIifQ."])
def test_text_that_is_no_token(issuer: Issuer, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    assert issuer.client.get("/v2/", headers=headers).status_code == 401


def test_bundle_that_cannot_be_read(tmp_path: Path) -> None:
    token = TokenAuth("r", "s", "i", str(tmp_path / "absent"))
    with pytest.raises(InvalidConfiguration):
        create_app(MemoryStorage(), Config(token=token))
