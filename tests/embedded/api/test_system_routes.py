from __future__ import annotations

import pytest
from werkzeug.test import Client


@pytest.mark.parametrize("path", ["/_ping", "/v1.24/_ping", "/v1.51/_ping"])
def test_ping_tells_the_version(api: Client, path: str) -> None:
    response = api.get(path)
    assert (response.status_code, response.text) == (200, "OK")
    assert response.headers["Api-Version"] == "1.51"
    assert response.headers["Ostype"] == "linux"


def test_ping_by_head_has_no_body(api: Client) -> None:
    response = api.head("/_ping")
    assert (response.status_code, response.data) == (200, b"")


def test_version_names_the_engine(api: Client) -> None:
    found = api.get("/version").json
    assert found is not None
    assert found["Platform"]["Name"] == "regnb's embedded engine"
    assert (found["ApiVersion"], found["MinAPIVersion"]) == ("1.51", "1.24")


def test_info_counts(api: Client) -> None:
    api.post("/images/create?fromImage=alpine&tag=latest").get_data()
    found = api.get("/info").json
    assert found is not None
    assert (found["Images"], found["Containers"], found["ContainersRunning"]) == (1, 0, 0)
    assert found["Labels"] == ["regnb.hub=samples"]


def test_disk_usage_counts_shared_layers_once(api: Client) -> None:
    for name in ("alpine", "registry"):
        api.post(f"/images/create?fromImage={name}&tag=latest").get_data()
    found = api.get("/system/df").json
    assert found is not None
    assert found["LayersSize"] < sum(image["Size"] for image in found["Images"])


def test_login_at_nothing_tells_that_nothing_listens(api: Client) -> None:
    body = {"username": "u", "password": "p", "serveraddress": "localhost:1"}
    response = api.post("/auth", json=body)
    assert response.status_code == 500
    assert 'Get \\"http://localhost:1/v2/\\": dial tcp 127.0.0.1:1' in response.text


@pytest.mark.parametrize("form", ["{}", "http://{}", "http://{}/v2/"])
def test_login_at_an_open_registry_succeeds(api: Client, registry: str, form: str) -> None:
    body = {"username": "u", "password": "p", "serveraddress": form.format(registry)}
    response = api.post("/auth", json=body)
    assert response.json == {"IdentityToken": "", "Status": "Login Succeeded"}


@pytest.mark.parametrize("address", ["\x00", "a b", "localhost:port", ["localhost"]])
def test_login_at_what_is_no_address_is_refused(api: Client, address: object) -> None:
    body = {"username": "u", "password": "p", "serveraddress": address}
    assert api.post("/auth", json=body).status_code == 400
