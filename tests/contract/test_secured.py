"""What only a registry with TLS or a password shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest
import trustme

from regnb.errors import TLSFailed, Unauthorized
from regnb.registry import Credentials, RegistryClient, UrllibTransport
from tests.contract.images import push
from tests.contract.registries import needs_distribution, run_distribution

pytestmark = needs_distribution


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority's certificate in `ca.pem`, the server's in `cert.pem` and `key.pem`."""
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    issued.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    return folder


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    """The port of a registry with TLS that wants client certificates."""
    files = f"certificate: {folder}/cert.pem, key: {folder}/key.pem, clientcas: [{folder}/ca.pem]"
    with run_distribution(folder, http=f", tls: {{{files}}}") as port:
        yield port


@pytest.fixture
def protected(tmp_path: Path) -> Iterator[str]:
    """The address of a registry where Anna has a password."""
    hashed = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()
    (tmp_path / "htpasswd").write_text(f"anna:{hashed}\n")
    auth = f"auth: {{htpasswd: {{realm: regnb, path: {tmp_path}/htpasswd}}}}"
    with run_distribution(tmp_path, more=auth) as port:
        yield f"http://localhost:{port}"


def test_missing_client_certificate_is_told(port: int, folder: Path) -> None:
    transport = UrllibTransport(ca_file=folder / "ca.pem")
    with RegistryClient(f"https://localhost:{port}", transport=transport) as client:
        with pytest.raises(TLSFailed) as caught:
            client.ping()
        assert caught.value.reason == "client_certificate"


def test_client_certificate_lets_in(port: int, folder: Path) -> None:
    pair = (folder / "cert.pem", folder / "key.pem")
    transport = UrllibTransport(ca_file=folder / "ca.pem", client_certificate=pair)
    with RegistryClient(f"https://localhost:{port}", transport=transport) as client:
        digest = client.put_blob("w3", bytes(5_000_000))
        assert client.get_blob("w3", digest) == bytes(5_000_000)


def test_forgotten_s_of_https_is_told(port: int) -> None:
    with RegistryClient(f"http://localhost:{port}") as client:
        with pytest.raises(TLSFailed) as caught:
            client.ping()
        assert caught.value.reason == "wants_tls"


def test_password_opens_the_registry(protected: str) -> None:
    with RegistryClient(protected, credentials=Credentials("anna", "secret")) as client:
        digest = push(client, "w3")
        assert client.list_repositories() == ["w3"]
        assert client.get_manifest("w3", "1.0").digest == digest


@pytest.mark.parametrize("credentials", [None, Credentials("anna", "wrong")])
def test_registry_is_closed_without_it(protected: str, credentials: Credentials | None) -> None:
    with RegistryClient(protected, credentials=credentials) as client:
        assert client.probe().needs_credentials
        for ask in (client.ping, client.list_repositories):
            with pytest.raises(Unauthorized):
                ask()
