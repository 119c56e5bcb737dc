"""Pulls and pushes over TLS: `certs.d/<host:port>/` with `ca.crt`, `client.cert`, `client.key`."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import trustme
from werkzeug.test import Client

from regnb.embedded.core import EmbeddedEngine
from regnb.registry import RegistryClient, WsgiTransport
from regnb.server import MemoryStorage, create_app
from regnb.server.configuration import Tls, context_of
from regnb.web.http_server import serving
from tests.embedded.calls import error_in, lines, pull
from tests.embedded.running import settle
from tests.embedded.test_push import push, tagged

# Not a loopback address, which would be trusted without certificate; its server listens on one.
HOST = "172.17.0.2:5000"
NAMED = "registry.lab:5000"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


Secure: TypeAlias = Callable[..., AbstractContextManager[RegistryClient]]


@pytest.fixture
def secure(engine: EmbeddedEngine, authority: trustme.CA, tmp_path: Path) -> Secure:
    """`secured` on this engine."""
    return partial(secured, engine, authority, tmp_path)


@contextmanager
def secured(
    engine: EmbeddedEngine,
    authority: trustme.CA,
    folder: Path,
    *names: str,
    clients: bool = False,
    trusted_as: str = "",
    **options: Any,
) -> Iterator[RegistryClient]:
    """A registry at HOST, also called NAMED, which asks for certificates if `clients` is set.

    Its own certificate is for `names`, else for its address; `options` are those of trustme. The
    engine trusts it under the name `trusted_as`, if there is one.
    """
    if trusted_as:
        trust(engine, authority, trusted_as)
    issued = authority.issue_cert(*(names or ("172.17.0.2",)), **options)
    files = [folder / name for name in ("cert.pem", "key.pem", "ca.pem")]
    issued.cert_chain_pems[0].write_to_path(str(files[0]))
    issued.private_key_pem.write_to_path(str(files[1]))
    authority.cert_pem.write_to_path(str(files[2]))
    certificate, key, ca = map(str, files)
    context: ssl.SSLContext = context_of(Tls(certificate, key, (ca,) if clients else ()))
    app = create_app(MemoryStorage())
    with serving(app, context=context) as server:
        settle(engine, dict.fromkeys((HOST, NAMED), f"127.0.0.1:{server.port}"))
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


VERIFIED = "tls: failed to verify certificate: "
UNKNOWN = f"{VERIFIED}x509: certificate signed by unknown authority"


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
            f'Get "https://{HOST}/v2/": remote error: tls: certificate required',
            f'Get "https://{HOST}/v2/": EOF',  # the server closes before its alert is read
        }


def told_by_a_push(api: Client, host: str) -> str:
    """What follows the address in the error of a push to `host`."""
    begin = f'Get "https://{host}/v2/": '
    told = error_in(push(api, tagged(api, f"{host}/w3")))
    assert told.startswith(begin)
    return told.removeprefix(begin)


NO_ADDRESSES = "it doesn't contain any IP SANs"


@pytest.mark.parametrize(
    ("names", "host", "told"),
    [
        (
            ("localhost", "registry.test"),
            NAMED,
            "x509: certificate is valid for localhost, registry.test, not registry.lab",
        ),
        (("127.0.0.1",), HOST, "x509: certificate is valid for 127.0.0.1, not 172.17.0.2"),
        (
            ("registry.lab",),
            HOST,
            f"x509: cannot validate certificate for 172.17.0.2 because {NO_ADDRESSES}",
        ),
    ],
)
def test_certificate_of_another_name_is_refused_with_its_names(
    api: Client, secure: Secure, names: tuple[str, ...], host: str, told: str
) -> None:
    with secure(*names, trusted_as=host):
        assert told_by_a_push(api, host) == VERIFIED + told


def test_name_in_the_common_name_alone_is_refused(api: Client, secure: Secure) -> None:
    told = "x509: certificate is not valid for any names, but wanted to match registry.lab"
    with secure("anna@example.test", common_name="registry.lab", trusted_as=NAMED):
        assert told_by_a_push(api, NAMED) == VERIFIED + told


@pytest.mark.parametrize(("start", "told"), [(-9, "after"), (2, "before")])
def test_certificate_out_of_date_is_refused_with_its_date(
    api: Client, secure: Secure, start: int, told: str
) -> None:
    begin = datetime.now(UTC) + timedelta(days=start)
    end = begin + timedelta(days=5)
    with secure(not_before=begin, not_after=end, trusted_as=HOST):
        text = told_by_a_push(api, HOST)
    words = f"{VERIFIED}x509: certificate has expired or is not yet valid: current time "
    limit = end if told == "after" else begin
    assert text.startswith(words)
    assert text.endswith(f"Z is {told} {limit:%Y-%m-%dT%H:%M:%SZ}")


def test_each_crt_is_an_authority(
    api: Client, engine: EmbeddedEngine, authority: trustme.CA, tmp_path: Path
) -> None:
    folder = trust(engine, authority)
    (folder / "ca.crt").rename(folder / "zz.crt")
    trustme.CA().cert_pem.write_to_path(str(folder / "aa.crt"))
    with secured(engine, authority, tmp_path):
        assert error_in(push(api, tagged(api, f"{HOST}/w3"))) == ""


ENDINGS = "CA certificates must use the extension .crt"


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("client.key", f"missing key client.key for client certificate client.cert. {ENDINGS}"),
        ("client.cert", "missing client certificate client.cert for key client.key"),
    ],
)
def test_half_of_a_client_certificate_is_told(
    api: Client, engine: EmbeddedEngine, authority: trustme.CA, missing: str, told: str
) -> None:
    folder = trust(engine, authority)
    show(folder, authority)
    (folder / missing).unlink()
    assert error_in(push(api, tagged(api, f"{HOST}/w3"))) == told


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_insecure_registry_needs_no_certificate(
    api: Client, engine: EmbeddedEngine, secure: Secure
) -> None:
    with secure("another.test") as inside:
        settings = json.loads(engine.home.settings.read_bytes())
        settle(engine, settings["regnb-places"], **{"insecure-registries": ["172.17.0.0/16"]})
        assert error_in(push(api, tagged(api, f"{HOST}/w3"))) == ""
        assert inside.list_tags("w3") == ["1.0"]
