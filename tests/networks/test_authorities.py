"""Authorities that the environment names are trusted by all that regnb asks."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from regnb.errors import CertificateUnreadable, TLSFailed
from regnb.registry import RegistryClient, UrllibTransport
from tests.networks.hubs import FINE, Authority, saying, serving

NAMES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(autouse=True)
def no_other_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def registry(authority: Authority) -> Iterator[str]:
    """The URL of a registry whose authority nobody knows."""
    with serving(authority.context(), saying(FINE)) as port:
        yield f"https://localhost:{port}"


def hashed(authority: Authority, folder: Path) -> Path:
    """A folder as `SSL_CERT_DIR` wants it: https://docs.openssl.org/3.0/man1/openssl-rehash/."""
    command = ["openssl", "x509", "-hash", "-noout", "-in", str(authority.file)]
    name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    (folder / f"{name}.0").write_bytes(authority.file.read_bytes())
    return folder


def ping(url: str, ca_file: Path | None = None) -> str:
    with RegistryClient(url, transport=UrllibTransport(ca_file=ca_file)) as client:
        return client.ping()


def test_nobody_knows_the_authority(registry: str) -> None:
    with pytest.raises(TLSFailed):
        ping(registry)


@pytest.mark.parametrize("name", NAMES)
def test_authority_of_the_environment_is_trusted(
    registry: str,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    path = authority.file if name != "SSL_CERT_DIR" else hashed(authority, tmp_path)
    monkeypatch.setenv(name, str(path))
    assert ping(registry) == "registry/2.0"


def test_bundle_may_be_a_folder(
    registry: str, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(hashed(authority, tmp_path)))
    assert ping(registry) == "registry/2.0"


def test_authority_of_the_environment_is_trusted_beside_another(
    registry: str, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
    other = Authority.make(tmp_path)
    assert ping(registry, other.file) == "registry/2.0"


@pytest.mark.parametrize("name", NAMES)
def test_path_that_leads_nowhere_is_named(
    registry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = tmp_path / "missing.pem"
    monkeypatch.setenv(name, str(path))
    with pytest.raises(CertificateUnreadable) as caught:
        ping(registry)
    assert caught.value.path == str(path)


@pytest.mark.parametrize("missing_first", [True, False])
def test_one_of_several_folders_is_enough(
    registry: str,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    missing_first: bool,
) -> None:
    folders = [str(tmp_path / "missing"), str(hashed(authority, tmp_path))]
    monkeypatch.setenv("SSL_CERT_DIR", os.pathsep.join(folders[:: 1 if missing_first else -1]))
    assert ping(registry) == "registry/2.0"


@pytest.mark.parametrize("folders", [("one", "two"), ("", "")])
def test_folders_of_which_none_is_there_are_named(
    registry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folders: tuple[str, ...]
) -> None:
    path = os.pathsep.join(str(tmp_path / name) if name else "" for name in folders)
    monkeypatch.setenv("SSL_CERT_DIR", path)
    with pytest.raises(CertificateUnreadable) as caught:
        ping(registry)
    assert caught.value.path == path


def test_file_makes_up_for_missing_folders(
    registry: str, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "missing"))
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    assert ping(registry) == "registry/2.0"


def test_file_is_one_path_whatever_its_name(
    registry: str, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"one{os.pathsep}two.pem"
    path.write_bytes(authority.file.read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    assert ping(registry) == "registry/2.0"
