from __future__ import annotations

import pytest

from regnb.errors import LoginRefused, NoTokenServer, Unauthorized, UserUnknown
from regnb.lab import Lab
from regnb.tables.table import Table


def facts(table: Table) -> dict[str, object]:
    return dict(zip(table.field, table.value, strict=True))


def test_user_logs_in_and_out(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    lab.add_user("anna", "ben")
    shown = capsys.readouterr().out
    assert "$ htpasswd -B -c auth/htpasswd anna\n" in shown
    assert "$ htpasswd -B auth/htpasswd ben\n" in shown
    lab.run_registry(auth="htpasswd")
    with pytest.raises(Unauthorized):
        lab.catalog()
    with pytest.raises(LoginRefused):
        lab.login("anna", "wrong")
    with pytest.raises(UserUnknown):
        lab.login("eve")
    lab.login("anna")
    assert lab.catalog().empty
    lab.logout()
    with pytest.raises(Unauthorized):
        lab.catalog()
    shown = capsys.readouterr().out
    assert f"$ docker login --username anna --password-stdin {lab.address}\n" in shown
    assert lab._session.users.password_of("anna") not in shown


def test_challenge_is_what_the_registry_asks_for(lab: Lab) -> None:
    lab.add_user("anna")
    lab.run_registry(auth="htpasswd")
    found = facts(lab.challenge())
    assert found["status"] == 401
    assert found["challenge_scheme"] == "Basic"


def test_open_registry_challenges_nobody(lab: Lab) -> None:
    lab.run_registry()
    assert facts(lab.challenge()) == {"status": 200}


def test_token_lets_in_whom_the_server_lets(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NoTokenServer):
        lab.token()
    lab.add_user("anna")
    lab.run_token_server({"w3": "anna"})
    lab.run_registry(auth="token")
    assert facts(lab.challenge("w3"))["challenge_scheme"] == "Bearer"
    capsys.readouterr()
    token = lab.token("anna", "repository:w3:pull,push")
    assert "--user anna" in capsys.readouterr().out
    assert token.claims["access"][0]["actions"] == ["pull", "push"]
    assert facts(lab.present(token, "w3"))["status"] == 404  # let in; there is nothing yet
    expired = lab.token("anna", "repository:w3:pull", expired=True)
    assert facts(lab.present(expired, "w3"))["status"] == 401
    assert not lab.read_token(token).empty
