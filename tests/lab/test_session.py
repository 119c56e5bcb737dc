from __future__ import annotations

import pytest

from regnb.engine import Engine
from regnb.errors import ContainerNotFound, NotARegistry, RegnbError
from regnb.lab import Lab
from regnb.lab.session import ContainerSnapshot, Session


@pytest.fixture
def session(lab: Lab) -> Session:
    return lab._session


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each list of containers that is asked for."""
    asked: list[str] = []
    containers = Engine.containers

    def listed(self: Engine, *, label: str | None = None) -> object:
        asked.append(label or "")
        return containers(self, label=label)

    monkeypatch.setattr(Engine, "containers", listed)
    return asked


def test_engine_is_asked_once_until_something_changes(lab: Lab, lists: list[str]) -> None:
    lab.run_registry()
    session = lab._session
    lists.clear()
    with session.asking_once():
        address = session.address
        with session.asking_once():  # a step inside a step
            assert session.registry_container().name == "registry"
        assert session.client.url == f"http://{address}"
        assert len(lists) == 1
        session.engine.stop_container("registry")
        session.containers.forget()
        assert not session.registry_container().is_running
    lists.clear()
    for _ in range(2):
        session.own_containers()
    assert len(lists) == 2


def test_container_that_was_made_is_known(lab: Lab) -> None:
    lab.run_registry()
    made = lab._session.registry_container()
    snapshot = ContainerSnapshot(lab.engine)
    before = snapshot.all()
    snapshot.add(made)
    assert [one.name for one in snapshot.all()] == sorted(
        [*(one.name for one in before), "registry"]
    )


def test_name_without_a_registry_means_that_of_the_lab(lab: Lab) -> None:
    with pytest.raises(ContainerNotFound):
        lab._session.reference("w3:1.0")
    lab.run_registry()
    assert lab._session.reference("w3:1.0").familiar == f"{lab.address}/w3:1.0"
    assert lab._session.reference("other.test/w3:1.0").registry == "other.test"


def test_what_is_no_registry_is_asked_again(session: Session) -> None:
    reference = session.reference("localhost:1/w3:1.0")
    for _ in range(2):
        with pytest.raises(RegnbError) as caught:
            session.client_of(reference)
        assert not isinstance(caught.value, NotARegistry)


def test_curl_has_the_name_of_who_is_logged_in(lab: Lab) -> None:
    lab.add_user("anna")
    lab.run_registry(auth="htpasswd")
    url = f"{lab.client.url}/v2/"
    assert lab._session.curl(url).text == f"curl {url}"
    lab.login("anna")
    assert lab._session.curl(url).text == f"curl --user anna {url}"
    assert lab._session.curl("http://localhost:1/v2/").text == "curl http://localhost:1/v2/"
    lab.logout()
    assert "anna" not in lab._session.curl(url).text


def test_curl_is_told_whom_to_trust(lab: Lab) -> None:
    lab.issue("server", "localhost")
    lab.run_registry(tls="server", clients=True)
    text = lab._session.curl(f"{lab.client.url}/v2/", "--head", accept=["a/b"]).text
    assert '--cacert "$(regnb folder)/authority/ca.crt"' in text
    assert '--cert "$(regnb folder)/certificates/lab/lab.cert"' in text
    assert "--head --header 'Accept: a/b' https://localhost" in text
