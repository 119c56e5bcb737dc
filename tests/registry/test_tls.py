from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
import trustme
from urllib3.exceptions import InsecureRequestWarning
from werkzeug import Request, Response

from regnb.errors import CertificateUnreadable, ConnectionLost, RegistryUnreachable, TLSFailed
from regnb.i18n import Translator, load_catalogue
from regnb.oci import Digest
from regnb.registry import RegistryClient, UrllibTransport
from regnb.registry.problems import CERTIFICATE_REASONS
from tests.free_port import free_port
from tests.registry.apps import REGISTRY, TableApp, serve

CUT = Digest.of(b"cut")


def cut(request: Request) -> Response:
    """An answer whose connection ends before its body does."""

    def body() -> Iterator[bytes]:
        yield b"start"
        request.environ["werkzeug.socket"].close()

    return Response(body(), headers={"Content-Length": "1000"})


APP = TableApp(
    {"GET /v2/": Response("{}", headers=REGISTRY), f"GET /v2/w3/blobs/{CUT}": cut},
)
LONG_AGO = datetime.now(UTC) - timedelta(days=2)


class ServeTLS(Protocol):
    """Gives the address of a registry whose certificate names `names`."""

    def __call__(self, *names: str, **options: Any) -> str: ...


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def serve_tls(authority: trustme.CA) -> Iterator[ServeTLS]:
    with ExitStack() as stack:

        def serve_one(*names: str, wants_client: bool = False, **options: Any) -> str:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            authority.issue_cert(*names, **options).configure_cert(context)
            if wants_client:
                authority.configure_trust(context)
                context.verify_mode = ssl.CERT_REQUIRED
            return stack.enter_context(serve(APP, context))

        yield serve_one


def reasons_of(url: str, **options: Any) -> set[str]:
    """Why there is no connection, by both ways through the network."""
    with (
        RegistryClient(url, transport=UrllibTransport(**options)) as client,
        client.reading_fast() as fast,
    ):
        reasons = set()
        for one in (client, fast):
            with pytest.raises(TLSFailed) as caught:
                one.ping()
            assert caught.value.url == f"{url}/v2/"
            reasons.add(caught.value.reason)
        return reasons


def test_authority_that_is_given_is_trusted(serve_tls: ServeTLS, ca_file: Path) -> None:
    transport = UrllibTransport(ca_file=ca_file)
    with RegistryClient(serve_tls("localhost"), transport=transport) as client:
        assert client.ping() == "registry/2.0"
        with client.reading_fast() as fast:
            assert fast.ping() == "registry/2.0"


def test_other_authorities_are_not_trusted(serve_tls: ServeTLS) -> None:
    assert reasons_of(serve_tls("localhost")) == {"unknown_authority"}


def test_certificate_for_another_name(serve_tls: ServeTLS, ca_file: Path) -> None:
    assert reasons_of(serve_tls("registry.test"), ca_file=ca_file) == {"wrong_name"}


def test_certificate_for_another_address(serve_tls: ServeTLS, ca_file: Path) -> None:
    url = serve_tls("10.0.0.1").replace("localhost", "127.0.0.1")
    assert reasons_of(url, ca_file=ca_file) == {"wrong_name"}


def test_name_in_the_common_name_alone(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("anna@example.test", common_name="localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with serve(APP, context) as url:
        named = url.replace("127.0.0.1", "localhost")
        assert reasons_of(named, ca_file=tmp_path / "ca.pem") == {"wrong_name"}


def test_server_reached_elsewhere_proves_its_own_name(serve_tls: ServeTLS, ca_file: Path) -> None:
    port = urlsplit(serve_tls("registry.lab")).port or 0
    asked: list[tuple[str, int]] = []

    def place_of(host: str, number: int) -> tuple[str, int] | None:
        asked.append((host, number))
        return ("127.0.0.1", port) if host != "localhost" else None

    transport = UrllibTransport(ca_file=ca_file, place_of=place_of)
    with RegistryClient("https://registry.lab", transport=transport) as client:
        client.ping()
    assert set(asked) == {("registry.lab", 443)}
    assert reasons_of("https://other.lab:5000", ca_file=ca_file, place_of=place_of) == {
        "wrong_name"
    }


def test_certificate_that_expired(serve_tls: ServeTLS, ca_file: Path) -> None:
    url = serve_tls("localhost", not_before=LONG_AGO, not_after=LONG_AGO + timedelta(days=1))
    assert reasons_of(url, ca_file=ca_file) == {"expired"}


def test_certificate_of_the_future(serve_tls: ServeTLS, ca_file: Path) -> None:
    soon = datetime.now(UTC) + timedelta(days=1)
    url = serve_tls("localhost", not_before=soon, not_after=soon + timedelta(days=1))
    assert reasons_of(url, ca_file=ca_file) == {"not_yet_valid"}


def test_server_without_tls() -> None:
    with serve(APP) as url:
        assert reasons_of(url.replace("http:", "https:")) == {"plain_http"}


def test_client_certificate_that_is_missing(serve_tls: ServeTLS, ca_file: Path) -> None:
    url = serve_tls("localhost", wants_client=True)
    # Python's server closes before its alert is read, Go's does not: see tests/contract.
    assert reasons_of(url, ca_file=ca_file) <= {"client_certificate", "closed"}


def test_client_certificate_of_another_authority(
    serve_tls: ServeTLS, ca_file: Path, tmp_path: Path
) -> None:
    url = serve_tls("localhost", wants_client=True)
    pair = client_files(trustme.CA(), tmp_path)
    reasons = reasons_of(url, ca_file=ca_file, client_certificate=pair)
    assert reasons <= {"client_certificate", "closed"}


def test_client_certificate_lets_in(
    serve_tls: ServeTLS, authority: trustme.CA, ca_file: Path, tmp_path: Path
) -> None:
    pair = client_files(authority, tmp_path)
    transport = UrllibTransport(ca_file=ca_file, client_certificate=pair)
    with RegistryClient(serve_tls("localhost", wants_client=True), transport=transport) as client:
        assert client.ping() == "registry/2.0"


def client_files(authority: trustme.CA, folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "client.cert", folder / "client.key"
    issued = authority.issue_cert("anna@example.test")
    issued.cert_chain_pems[0].write_to_path(str(certificate))
    issued.private_key_pem.write_to_path(str(key))
    return certificate, key


def test_verification_can_be_switched_off_with_a_warning(serve_tls: ServeTLS) -> None:
    transport = UrllibTransport(verify=False)
    client = RegistryClient(serve_tls("registry.test"), transport=transport)
    with client, pytest.warns(InsecureRequestWarning):
        assert client.ping() == "registry/2.0"


@pytest.mark.parametrize("content", [None, "not a certificate"])
def test_file_that_cannot_be_used(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    for options in ({"ca_file": path}, {"client_certificate": (path, path)}):
        with pytest.raises(CertificateUnreadable) as caught:
            UrllibTransport(**options)
        assert caught.value.path == str(path)


def test_key_that_does_not_fit(authority: trustme.CA, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    certificate, _ = client_files(authority, tmp_path)
    _, other_key = client_files(authority, tmp_path / "other")
    with pytest.raises(CertificateUnreadable):
        UrllibTransport(client_certificate=(certificate, other_key))


def test_failures_are_told_by_their_reason() -> None:
    told = [
        Translator(language).tell(TLSFailed("x", reason=reason, url="https://x/"))
        for language in ("fr", "en")
        for reason in ("expired", "wrong_name")
    ]
    assert len({item.text for item in told}) == len({item.mend for item in told}) == 4


def test_connection_cut_in_the_middle(serve_tls: ServeTLS, ca_file: Path) -> None:
    client = RegistryClient(serve_tls("localhost"), transport=UrllibTransport(ca_file=ca_file))
    with client, pytest.raises(ConnectionLost):
        client.get_blob("w3", CUT)


def test_refused_port_stays_unreachable() -> None:
    client = RegistryClient(f"https://localhost:{free_port()}")
    with client, pytest.raises(RegistryUnreachable):
        client.ping()


def test_every_reason_has_its_words() -> None:
    reasons = {"closed", "handshake", "wants_tls", "plain_http", "client_certificate"}
    reasons |= set(CERTIFICATE_REASONS.values())
    keys = {key for key in load_catalogue("en") if key.startswith("tls.")}
    assert keys == {f"tls.{reason}.{part}" for reason in reasons for part in ("text", "mend")}
