from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug.test import Client

from regnb.errors import InvalidConfiguration
from regnb.server import Config, MemoryStorage, create_app
from regnb.server.configuration import TokenAuth

from .samples import codes, push_image


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
