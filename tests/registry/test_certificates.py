from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from cryptography import x509

from regnb.registry.certificates import certificate_at, issuer_at
from tests.free_port import free_port
from tests.networks.proxies import proxy
from tests.registry.apps import TableApp, serve

CA = trustme.CA(organization_name="The school")


@pytest.fixture
def url() -> Iterator[str]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    CA.issue_cert("elsewhere.test").configure_cert(context)
    with serve(TableApp({}), context) as url:
        yield url


def test_certificate_is_shown_whoever_it_is_of(url: str) -> None:
    found = certificate_at(url, timeout=5)
    assert found
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["elsewhere.test"]


def test_issuer_is_told_by_its_name_and_organization(url: str) -> None:
    assert "The school" in issuer_at(url, timeout=5)


def test_server_is_looked_at_where_it_really_is(url: str) -> None:
    place = ("127.0.0.1", int(url.rpartition(":")[2]))
    assert certificate_at("https://registry.test", timeout=5, place=place)


def test_client_certificate_is_shown_to_who_asks(tmp_path: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    CA.issue_cert("localhost").configure_cert(context)
    CA.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    key, chain = tmp_path / "key.pem", tmp_path / "chain.pem"
    client = CA.issue_cert("learner@example.test")
    client.private_key_pem.write_to_path(str(key))
    client.cert_chain_pems[0].write_to_path(str(chain))
    with serve(TableApp({}), context) as url:
        assert certificate_at(url, timeout=5, pair=(chain, key))


def test_who_shows_none_has_no_issuer(tmp_path: Path) -> None:
    with serve(TableApp({})) as url:
        assert certificate_at(url.replace("http:", "https:"), timeout=5) is None
    assert issuer_at(f"https://localhost:{free_port()}", timeout=5) == ""
    missing = (tmp_path / "chain.pem", tmp_path / "key.pem")
    assert certificate_at("https://localhost:1", timeout=5, pair=missing) is None


def test_certificate_is_asked_for_by_the_proxy(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    there = "https://elsewhere.test:5000"
    with proxy({"elsewhere.test": int(url.rpartition(":")[2])}) as way:
        monkeypatch.setenv("https_proxy", f"http://{way.address}")
        monkeypatch.setenv("no_proxy", "")
        assert "The school" in issuer_at(there, timeout=5)
    assert [line.split()[:2] for line in way.seen] == [["CONNECT", "elsewhere.test:5000"]]
