"""The three ways to live with a registry, and every famous refusal, on every engine at hand."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from regnb.errors import (
    EngineError,
    EngineUnavailable,
    LoginRefused,
    PullFailed,
    PushFailed,
    RegistryError,
    RegistryStopped,
    TLSFailed,
)
from regnb.errors.messages import meaning_of
from regnb.lab import Lab
from regnb.lab.auth import Token
from regnb.lab.authority import Authority
from regnb.registry import Credentials, RegistryClient, UrllibTransport
from regnb.tables.table import Table
from tests.contract.engines import NO_LOGIN, READS_CERTS_D_FOR_LOOPBACK, kind
from tests.contract.images import push
from tests.contract.labs import Printed
from tests.contract.trust import SYSTEM, Owner


def named(lab: Lab, registry: str) -> str:
    """nginx, named for `registry`."""
    name = f"{registry}/w3:1.0"
    lab.pull("nginx")
    lab.tag("nginx", name)
    return name


def refused(lab: Lab, name: str) -> str:
    """What the engine means by what it says as it does not push `name`; the learner is told it."""
    with pytest.raises(PushFailed) as caught:
        lab.push(name)
    meaning = str(meaning_of(caught.value.message))
    told = {lab._session.translator(key) for key in (f"refusals.{meaning}", "refusals.nobody")}
    assert any(text in str(caught.value) for text in told)
    return meaning


def no_login(lab: Lab) -> str:
    """What it means to this engine when nobody has logged in."""
    return NO_LOGIN.get(lab.engine.flavour, "no_login")


@pytest.fixture
def secured(lab: Lab) -> Lab:
    """A lab whose registry has TLS, with a certificate for every name of it."""
    lab.issue("server", "localhost")
    lab.run_registry(tls="server")
    lab.issue("server", "localhost", lab.container_address)
    lab.restart_registry()
    return lab


def give_authority(lab: Lab, owner: Owner) -> Path:
    """Let the engine trust the lab's authority for the registry."""
    folder = owner.certificates(lab.container_address)
    shutil.copy(lab.folder / "certificates/server/ca.crt", folder / "ca.crt")
    return folder


def test_localhost_exception(lab: Lab) -> None:
    lab.run_registry()
    lab.push(named(lab, lab.address))
    assert refused(lab, named(lab, lab.container_address)) == "http_response"


def test_insecure_registries(lab: Lab, owner: Owner) -> None:
    lab.run_registry()
    name = named(lab, lab.container_address)
    assert refused(lab, name) == "http_response"
    owner.trust_without_tls(lab.container_address)
    lab.push(name)
    assert list(lab.catalog().repository) == ["w3"]


def test_authority_in_certs_d(secured: Lab, owner: Owner) -> None:
    name = named(secured, secured.container_address)
    assert refused(secured, name) == "unknown_authority"
    give_authority(secured, owner)
    secured.push(name)
    assert list(secured.catalog().repository) == ["w3"]


def test_certificate_for_other_names(secured: Lab, owner: Owner) -> None:
    give_authority(secured, owner)
    address = secured.container_address
    for names in ((), ("10.1.1.1",)):
        secured.issue("server", "localhost", *names)
        secured.restart_registry()
        assert refused(secured, named(secured, address)) == "wrong_name"


def test_expired_certificate(secured: Lab, owner: Owner) -> None:
    give_authority(secured, owner)
    address = secured.container_address
    secured.issue("server", "localhost", address, expired=True)
    secured.restart_registry()
    assert refused(secured, named(secured, address)) == "expired"


def test_certificate_without_san(secured: Lab, owner: Owner) -> None:
    give_authority(secured, owner)
    address = secured.container_address
    secured.issue("server", common_name=address)
    secured.restart_registry()
    assert refused(secured, named(secured, address)) == "common_name"


def test_client_certificate(lab: Lab, owner: Owner) -> None:
    lab.issue("server", "localhost")
    lab.run_registry(tls="server", clients=True)
    lab.issue("server", "localhost", lab.container_address)
    lab.restart_registry()
    folder = give_authority(lab, owner)
    name = named(lab, lab.container_address)
    assert refused(lab, name) == "client_certificate"
    lab.issue("client", client=True)
    for suffix in ("cert", "key"):
        shutil.copy(lab.folder / f"certificates/client/client.{suffix}", folder)
    lab.push(name)
    assert list(lab.catalog().repository) == ["w3"]


def test_certs_d_is_not_read_for_loopback(lab: Lab, owner: Owner) -> None:
    """Docker trusts loopback unseen, and shows it no certificate of its own either."""
    lab.issue("server", "localhost")
    lab.run_registry(tls="server", clients=True)
    lab.issue("client", client=True)
    folder = owner.certificates(lab.address)
    shutil.copy(lab.folder / "certificates/server/ca.crt", folder)
    for suffix in ("cert", "key"):
        shutil.copy(lab.folder / f"certificates/client/client.{suffix}", folder)
    name = named(lab, lab.address)
    if kind(lab.engine) in READS_CERTS_D_FOR_LOOPBACK:
        lab.push(name)
        return
    # HTTPS without the certificate was refused, so Docker tries HTTP.
    assert refused(lab, name) == "wants_tls"


def test_password(lab: Lab) -> None:
    lab.add_user("anna")
    lab.run_registry(auth="htpasswd")
    name = named(lab, lab.address)
    assert refused(lab, name) == no_login(lab)
    with pytest.raises(PullFailed) as caught:
        lab.pull(name)
    assert meaning_of(caught.value.message) == no_login(lab)
    with pytest.raises(LoginRefused) as refusal:
        lab.login("anna", "wrong")
    assert meaning_of(refusal.value.message) == "unauthorized"
    lab.login("anna")
    lab.push(name)
    assert list(lab.catalog().repository) == ["w3"]
    lab.logout()
    assert refused(lab, name) == no_login(lab)


def test_wrong_password(lab: Lab) -> None:
    """One that was right when the engine was told it."""
    lab.add_user("anna")
    lab.run_registry(auth="htpasswd")
    name = named(lab, lab.address)
    lab.engine._registries._logins[lab.address] = {"username": "anna", "password": "of-yesterday"}
    assert refused(lab, name) == "unauthorized"
    with pytest.raises(PullFailed) as caught:
        lab.pull(name)
    assert meaning_of(caught.value.message) == "unauthorized"


def test_password_without_tls(lab: Lab, owner: Owner) -> None:
    """Nothing keeps an engine from sending it in the open to a registry that it need not trust."""
    lab.add_user("anna")
    lab.run_registry(auth="htpasswd")
    address = lab.container_address
    name = named(lab, address)
    with pytest.raises(LoginRefused) as caught:
        lab.login("anna", registry=address)
    assert meaning_of(caught.value.message) == "http_response"
    owner.trust_without_tls(address)
    lab.login("anna", registry=address)
    lab.push(name)


@pytest.fixture
def with_tokens(lab: Lab) -> Lab:
    """A lab whose registry wants tokens: all may read, and Anna may write to w3."""
    lab.add_user("anna", "ben")
    lab.run_token_server({"w3": "anna"})
    lab.run_registry(auth="token")
    return lab


def test_tokens_for_engines(with_tokens: Lab) -> None:
    lab = with_tokens
    name = named(lab, lab.address)
    assert refused(lab, name) == "denied"
    with pytest.raises(LoginRefused, match=r"(?i)unauthorized"):
        lab.login("anna", "wrong")
    lab.login("ben")
    assert refused(lab, name) == "denied"
    lab.login("anna")
    lab.push(name)
    lab.logout()
    lab.remove_image(name)
    lab.pull(name)
    assert list(lab.tags("w3").tag) == ["1.0"]


def facts(table: Table) -> dict[str, object]:
    return dict(zip(table.field, table.value, strict=True))


def test_tokens_by_hand(with_tokens: Lab) -> None:
    lab = with_tokens
    lab.login("anna")
    lab.push(named(lab, lab.address))
    lab.logout()
    challenge = facts(lab.challenge("w3"))
    assert challenge["status"] == 401
    assert challenge["challenge_scheme"] == "Bearer"
    assert challenge["challenge_scope"] == "repository:w3:pull"
    good = lab.token(scope="repository:w3:pull")
    assert facts(lab.present(good, "w3")) == {"status": 200}
    other = facts(lab.present(lab.token(scope="repository:other:pull"), "w3"))
    assert (other["status"], other["challenge_error"]) == (401, "insufficient_scope")
    expired = facts(lab.present(lab.token(expired=True), "w3"))
    assert (expired["status"], expired["challenge_error"]) == (401, "invalid_token")
    forged = Token(good.value[:-8] + "AAAAAAAA")
    assert facts(lab.present(forged, "w3"))["status"] == 401


def test_everything_at_once(lab: Lab, tmp_path: Path) -> None:
    """TLS, client certificates and passwords: the registry refuses all but the right caller."""
    lab.add_user("anna")
    lab.issue("server", "localhost")
    lab.run_registry(tls="server", clients=True, auth="htpasswd")
    ca = lab.folder / "authority/ca.crt"
    pair = (lab.folder / "certificates/lab/lab.cert", lab.folder / "certificates/lab/lab.key")
    right = Credentials("anna", lab._session.users.password_of("anna"))

    def reason(url: str, credentials: Credentials | None = right, **options: Any) -> str:
        transport = UrllibTransport(**options)
        with RegistryClient(url, transport=transport, credentials=credentials) as client:
            try:
                client.list_repositories()
            except TLSFailed as error:
                return error.reason
            except RegistryError as error:
                return type(error).__name__
        return "let in"

    url = f"https://{lab.address}"
    assert reason(url, ca_file=ca, client_certificate=pair) == "let in"
    assert reason(url.replace("https", "http")) == "wants_tls"
    other = Authority.new("another").issued
    (tmp_path / "other.crt").write_bytes(other.certificate)
    assert reason(url, ca_file=tmp_path / "other.crt") == "unknown_authority"
    assert reason(url, ca_file=ca) in {"client_certificate", "closed"}
    for wrong in (Credentials("anna", "wrong"), Credentials("ben", right.password), None):
        told = reason(url, wrong, ca_file=ca, client_certificate=pair)
        assert told == "Unauthorized"


@pytest.mark.skipif(shutil.which("skopeo") is None, reason="skopeo is not installed")
def test_skopeo_is_a_witness(lab: Lab, tmp_path: Path) -> None:
    """Another program, which trusts what Docker trusts: `ca.crt`, `client.cert`, `client.key`."""
    lab.add_user("anna")
    lab.issue("server", "localhost")
    lab.issue("client", client=True)
    lab.run_registry(tls="server", clients=True, auth="htpasswd")
    password = lab._session.users.password_of("anna")
    lab._session.log_in(lab.address, Credentials("anna", password))
    push(lab.client, "w3")
    right = f"anna:{password}"
    shutil.copytree(lab.folder / "certificates/client", tmp_path / "full")
    (tmp_path / "no-client").mkdir()
    shutil.copy(tmp_path / "full/ca.crt", tmp_path / "no-client")
    (tmp_path / "no-authority").mkdir()

    def inspect(folder: str, credentials: str) -> subprocess.CompletedProcess[str]:
        words = ["--tls-verify=true", "--cert-dir", str(tmp_path / folder), "--creds", credentials]
        command = ["skopeo", "inspect", *words, f"docker://{lab.address}/w3:1.0"]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert inspect("full", right).returncode == 0
    assert meaning_of(inspect("full", "anna:wrong").stderr) == "unauthorized"
    assert meaning_of(inspect("no-authority", right).stderr) == "unknown_authority"
    without = inspect("no-client", right)
    assert without.returncode != 0
    assert "tls:" in without.stderr or "EOF" in without.stderr


def test_files_are_private_and_go_with_the_lab(lab: Lab, printed: Printed) -> None:
    lab.add_user("anna")
    lab.issue("server", "localhost")
    lab.run_token_server()
    lab.run_registry(tls="server", auth="token")
    folder = lab.folder
    paths = list(folder.rglob("*"))
    assert {path.name for path in paths} >= {"ca.key", "server.key", "passwords.json", "issuer.key"}
    for path in [folder, *paths]:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    secrets = [lab._session.users.password_of("anna"), "PRIVATE KEY", "$2b$"]
    lab.clean_up()
    assert not folder.exists()
    assert not [secret for secret in secrets if secret in printed()]


def test_nothing_is_written_elsewhere(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the learner's Docker configuration nor that of the machine."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / ".docker"))
    before = _files(SYSTEM)
    lab.add_user("anna")
    lab.run_registry(auth="htpasswd")
    lab.login("anna")
    lab.push(named(lab, lab.address))
    second = lab.second_engine()
    second.login("anna")
    second.trust(lab.container_address)
    second.configure({"insecure-registries": [lab.container_address]})
    second.pull(f"{lab.address}/w3:1.0")
    second.engine.close()
    socket = second._process.place.socket
    assert socket.exists()
    lab.logout()
    lab.clean_up()
    assert not socket.exists()
    assert list(tmp_path.rglob("*")) == []
    assert _files(SYSTEM) == before


def _files(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def fail(error: EngineError) -> None:
    raise error


@pytest.mark.parametrize(
    "error",
    [
        PullFailed("something new", subject="nginx:1.29"),
        RegistryStopped("something new", subject="registry"),
        EngineUnavailable("something new", subject="unix:///run/docker.sock"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_refusal_asks_no_registry_where_none_is_named(
    lab: Lab, error: EngineError, printed: Printed
) -> None:
    printed()
    with lab.refusal():
        fail(error)
    assert printed().count("something new") == 2
