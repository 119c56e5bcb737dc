"""Certificates that the lab makes, held against OpenSSL: its words make the same ones."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from regnb.errors import (
    CertificateUnknown,
    ConnectionLost,
    RegistryError,
    RegistryUnreachable,
    TLSFailed,
)
from regnb.lab.authority import CA, Certificates, Role, certificate_file
from regnb.lab.handshake import shake_hands
from regnb.lab.keeper import wait_until_it_answers
from regnb.lab.ownership import Folder
from regnb.lab.tls import authority_command, certificate_command
from regnb.registry import RegistryClient, UrllibTransport
from regnb.server import MemoryStorage, create_app
from regnb.server.configuration import Tls, context_of
from regnb.web.http_server import serving
from tests.embedded.running import free_port
from tests.servers import slow_to_start

NAMES = ["localhost", "172.17.0.2"]
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "lab")


@pytest.fixture
def certificates(folder: Folder) -> Certificates:
    return Certificates(folder)


def facts(path: Path) -> set[str]:
    """The extensions of a certificate that matter, and whether they are critical."""
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    kinds = (x509.BasicConstraints, x509.ExtendedKeyUsage, x509.SubjectAlternativeName)
    found = {certificate.subject.rfc4514_string(), certificate.issuer.rfc4514_string()}
    for extension in certificate.extensions:
        if isinstance(extension.value, kinds):
            found.add(f"{extension.value} {extension.critical}")
    return found


@needs_openssl
@pytest.mark.parametrize(
    ("role", "names"), [("server", NAMES), ("client", []), ("server", [])], ids=str
)
def test_shown_commands_make_the_same(
    certificates: Certificates, folder: Folder, tmp_path: Path, role: Role, names: list[str]
) -> None:
    certificates.issue("one", names, role=role)
    there = tmp_path / "there"
    for part in ("authority", "certificates/one"):
        (there / part).mkdir(parents=True)
    for command in (
        authority_command(),
        certificate_command("one", "one", names, role=role, expired=False),
    ):
        subprocess.run(command.text, shell=True, cwd=there, check=True, capture_output=True)
    for file in (CA, certificate_file("one", role)):
        assert facts(there / file) == facts(folder.path / file)


def test_certificate_is_replaced_and_the_authority_kept(certificates: Certificates) -> None:
    certificates.issue("server", ["localhost"], role="server")
    before = dict(certificates.all())
    certificates.issue("server", NAMES, role="server")
    after = dict(certificates.all())
    assert before["ca"] == after["ca"]
    assert before["server"] != after["server"]


def test_expired_one_ended_in_the_past(certificates: Certificates) -> None:
    certificates.issue("server", NAMES, role="server", expired=True)
    certificate = dict(certificates.all())["server"]
    assert certificate.not_valid_before_utc < certificate.not_valid_after_utc < datetime.now(UTC)


def test_unknown_certificate(certificates: Certificates) -> None:
    with pytest.raises(CertificateUnknown):
        certificates.folder_of("server")


@pytest.mark.parametrize(
    ("names", "host", "expired", "distrust"),
    [
        (["localhost"], "localhost", False, None),
        (["localhost"], "registry.lab", False, "wrong_name"),
        (["localhost"], "localhost", True, "expired"),
        ([], "server", False, "wrong_name"),  # in the CN alone
    ],
)
def test_handshake_tells_whether_it_is_trusted(
    certificates: Certificates,
    names: list[str],
    host: str,
    expired: bool,
    distrust: str | None,
) -> None:
    certificates.issue("server", names, role="server", expired=expired)
    with serving(create_app(MemoryStorage()), context=_context(certificates)) as server:
        found = shake_hands(
            server.port, host=host, authority=certificates.authority_file, client=None
        )
    assert found.version == "TLSv1.3"
    assert found.distrust == distrust
    assert found.client == "not_asked"


def test_handshake_tells_what_becomes_of_client_certificates(
    certificates: Certificates, tmp_path: Path
) -> None:
    certificates.issue("server", ["localhost"], role="server")
    certificates.issue("client", [], role="client")
    strangers = Certificates(Folder(tmp_path / "others"))
    strangers.issue("client", [], role="client")
    pairs = {
        "missing": None,
        "taken": certificates.pair_of("client"),
        "refused": strangers.pair_of("client"),
    }
    context = _context(certificates, clients=True)
    with serving(create_app(MemoryStorage()), context=context) as server:
        told = {
            expected: shake_hands(
                server.port, host="localhost", authority=certificates.authority_file, client=pair
            ).client
            for expected, pair in pairs.items()
        }
    assert told == {expected: expected for expected in pairs}


ENDLESS = 1_000_000


@pytest.mark.parametrize("reset", [True, False], ids=["reset", "closed"])
@pytest.mark.parametrize("tls", [True, False], ids=["tls", "plain"])
def test_registry_is_waited_for_behind_a_proxy_that_listens_before_it(
    certificates: Certificates, tls: bool, reset: bool
) -> None:
    certificates.issue("server", ["localhost"], role="server")
    context = _context(certificates) if tls else None
    with (
        serving(create_app(MemoryStorage()), context=context) as server,
        slow_to_start(server.port, cuts=7, reset=reset) as port,
        RegistryClient(
            f"http{'s' * tls}://localhost:{port}",
            transport=UrllibTransport(ca_file=certificates.authority_file),
        ) as client,
    ):
        wait_until_it_answers(client)
        client.ping()
        if tls:
            shake_hands(port, host="localhost", authority=None, client=None)


@pytest.mark.parametrize(
    ("reset", "kind"), [(True, ConnectionLost), (False, TLSFailed)], ids=["reset", "closed"]
)
def test_handshake_that_is_cut_is_told(reset: bool, kind: type[RegistryError]) -> None:
    with slow_to_start(0, cuts=ENDLESS, reset=reset) as port, pytest.raises(kind) as caught:
        shake_hands(port, host="localhost", authority=None, client=None)
    assert caught.value.url == f"https://localhost:{port}/v2/"


def test_handshake_with_nobody_is_told() -> None:
    with pytest.raises(RegistryUnreachable):
        shake_hands(free_port(), host="localhost", authority=None, client=None)


def test_handshake_with_a_server_without_tls_is_told() -> None:
    with (
        serving(create_app(MemoryStorage())) as server,
        pytest.raises(TLSFailed) as caught,
    ):
        shake_hands(server.port, host="localhost", authority=None, client=None)
    assert caught.value.reason == "plain_http"


def _context(certificates: Certificates, *, clients: bool = False) -> ssl.SSLContext:
    certificate, key = map(str, certificates.pair_of("server"))
    authorities = (str(certificates.authority_file),) if clients else ()
    return context_of(Tls(certificate, key, authorities))
