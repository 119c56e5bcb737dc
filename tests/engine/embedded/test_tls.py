"""Pulls and pushes over TLS: `certs.d/<host:port>/` with `ca.crt`, `client.cert`, `client.key`."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
from werkzeug.test import Client

from regnb.engine.embedded.core import EmbeddedEngine
from regnb.registry import RegistryClient, WsgiTransport
from regnb.server import MemoryStorage, create_app
from regnb.server.config import Tls
from regnb.server.http_server import serving
from regnb.server.tls import context_of
from tests.engine.embedded.progress import error_in, lines, pull
from tests.engine.embedded.test_push import push, tagged

# Not a loopback address, which would be trusted without certificate; its server listens on one.
HOST = "172.17.0.2:5000"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@contextmanager
def secured(
    engine: EmbeddedEngine, authority: trustme.CA, folder: Path, *, clients: bool = False
) -> Iterator[RegistryClient]:
    """A registry at HOST, which asks for client certificates when `clients` is set."""
    issued = authority.issue_cert("127.0.0.1", "localhost")
    files = [folder / name for name in ("cert.pem", "key.pem", "ca.pem")]
    issued.cert_chain_pems[0].write_to_path(str(files[0]))
    issued.private_key_pem.write_to_path(str(files[1]))
    authority.cert_pem.write_to_path(str(files[2]))
    certificate, key, ca = map(str, files)
    context: ssl.SSLContext = context_of(Tls(certificate, key, (ca,) if clients else ()))
    app = create_app(MemoryStorage())
    with serving(app, context=context) as server:
        engine.registries._addresses = lambda: {("172.17.0.2", 5000): ("127.0.0.1", server.port)}
        yield RegistryClient("http://inside", transport=WsgiTransport(app))


def trust(engine: EmbeddedEngine, authority: trustme.CA, host: str = HOST) -> Path:
    folder = engine.home.certificates / host
    folder.mkdir(parents=True)
    authority.cert_pem.write_to_path(str(folder / "ca.crt"))
    return folder


def show(folder: Path, authority: trustme.CA) -> None:
    issued = authority.issue_cert("anna@example.test")
    issued.cert_chain_pems[0].write_to_path(str(folder / "client.cert"))
    issued.private_key_pem.write_to_path(str(folder / "client.key"))


@pytest.mark.parametrize("clients", [False, True])
def test_certificates_of_the_host_let_push_and_pull(
    api: Client, engine: EmbeddedEngine, authority: trustme.CA, tmp_path: Path, clients: bool
) -> None:
    folder = trust(engine, authority)
    if clients:
        show(folder, authority)
    with secured(engine, authority, tmp_path, clients=clients) as inside:
        assert error_in(push(api, tagged(api, f"{HOST}/w3"))) == ""
        assert inside.list_tags("w3") == ["1.0"]
        api.delete(f"/images/{HOST}/w3:1.0")
        api.delete("/images/nginx")
        assert error_in(pull(api, f"{HOST}/w3", "1.0")) == ""
    assert engine.images.find(f"{HOST}/w3:1.0").source == HOST


UNKNOWN = "x509: certificate signed by unknown authority"


@pytest.mark.parametrize("trusted", ["nobody", "another authority", "another host"])
def test_unknown_authority_is_refused_in_docker_s_words(
    api: Client, engine: EmbeddedEngine, authority: trustme.CA, tmp_path: Path, trusted: str
) -> None:
    if trusted == "another authority":
        trust(engine, trustme.CA())
    if trusted == "another host":
        trust(engine, authority, "172.17.0.2:5001")
    told = f'Get "https://{HOST}/v2/": {UNKNOWN}'
    name = tagged(api, f"{HOST}/w3")
    with secured(engine, authority, tmp_path):
        assert api.post(f"/images/create?fromImage={name}&tag=1").json == {"message": told}
        assert error_in(push(api, name)) == told


@pytest.mark.parametrize("shown", ["none", "of another authority"])
def test_missing_client_certificate_is_refused(
    api: Client, engine: EmbeddedEngine, authority: trustme.CA, tmp_path: Path, shown: str
) -> None:
    folder = trust(engine, authority)
    if shown != "none":
        show(folder, trustme.CA())
    name = tagged(api, f"{HOST}/w3")
    with secured(engine, authority, tmp_path, clients=True):
        answer = api.post(f"/images/create?fromImage={name}&tag=1")
        told = [lines(answer.data)[-1]["message"], error_in(push(api, name))]
    for text in told:
        assert text in {
            f'Get "https://{HOST}/v2/": remote error: tls: bad certificate',
            f'Get "https://{HOST}/v2/": EOF',  # the server closes before its alert is read
        }
