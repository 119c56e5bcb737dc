from __future__ import annotations

import pytest

from regnb.errors import NothingRefused, NotTls, RegistryError
from regnb.lab import Lab


@pytest.fixture
def secured(lab: Lab) -> Lab:
    lab.issue("server", "localhost:5000", "127.0.0.1")
    lab.run_registry(tls="server")
    return lab


def test_certificates_are_told_with_the_authority_first(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lab.certificates().empty
    assert list(lab.make_authority().certificate) == ["ca"]
    assert list(lab.issue("server", "localhost:5000").certificate) == ["server"]
    assert list(lab.issue("anna", client=True).certificate) == ["anna"]
    assert list(lab.certificates().certificate) == ["ca", "anna", "server"]
    shown = capsys.readouterr().out
    assert '$ cd "$(regnb folder)" && openssl req -x509 ' in shown
    assert "subjectAltName=DNS:localhost " in shown


def test_handshake_tells_what_was_agreed_on(secured: Lab) -> None:
    found = dict(zip(*(secured.handshake()[name] for name in ("field", "value")), strict=True))
    assert found["tls_version"].startswith("TLSv1.")
    assert found["trusted"] is True
    other = secured.handshake("registry.lab:5000")
    assert True not in set(other[other.field == "trusted"].value)


def test_registry_without_tls_shakes_no_hands(lab: Lab) -> None:
    lab.run_registry()
    with pytest.raises(NotTls):
        lab.handshake()


def test_refusal_shows_the_words_and_what_they_mean(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.add_user("anna")
    lab.run_registry(auth="htpasswd")
    capsys.readouterr()
    with lab.refusal():
        lab.login("anna", "wrong")
    shown = capsys.readouterr().out
    assert "> " in shown
    assert lab._session.translator("refusals.unauthorized") in shown
    with pytest.raises(NothingRefused), lab.refusal():
        lab.login("anna")
    with pytest.raises(ZeroDivisionError), lab.refusal():
        _ = 1 / 0


def test_refusal_without_words_of_its_own_says_the_error(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise RegistryError("Strange.")

    with lab.refusal():
        fail()
    assert "Strange." in capsys.readouterr().out
