from __future__ import annotations

import pytest
from werkzeug.test import Client

from tests.embedded.progress import pull


@pytest.mark.parametrize("path", ["/_ping", "/v1.24/_ping", "/v1.51/_ping"])
def test_ping_tells_the_version(api: Client, path: str) -> None:
    response = api.get(path)
    assert (response.status_code, response.text) == (200, "OK")
    assert response.headers["Api-Version"] == "1.51"
    assert response.headers["Ostype"] == "linux"


def test_ping_by_head_has_no_body(api: Client) -> None:
    response = api.head("/_ping")
    assert (response.status_code, response.data) == (200, b"")


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("1.99", "client version 1.99 is too new. Maximum supported API version is 1.51"),
        (
            "1.12",
            (
                "client version 1.12 is too old. Minimum supported API version is 1.24, "
                "please upgrade your client to a newer version"
            ),
        ),
    ],
)
def test_other_versions_are_refused(api: Client, version: str, message: str) -> None:
    response = api.get(f"/v{version}/info")
    assert (response.status_code, response.json) == (400, {"message": message})


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


@pytest.mark.parametrize("path", ["/", "/nosuch", "/v1.51/images", "/v1.51/containers/x/nosuch"])
def test_unknown_path_is_a_404(api: Client, path: str) -> None:
    response = api.get(path)
    assert (response.status_code, response.json) == (404, {"message": "page not found"})


@pytest.mark.parametrize(
    ("method", "path", "word"),
    [
        ("POST", "/commit", "making an image"),
        ("POST", "/build", "building an image"),
        ("POST", "/swarm/init", "clusters"),
        ("POST", "/networks/create", "one network"),
        ("GET", "/images/search", "hub.docker.com"),
    ],
)
def test_what_only_docker_can_is_refused_with_a_sentence(
    api: Client, method: str, path: str, word: str
) -> None:
    response = api.open(path, method=method)
    assert response.status_code == 501
    assert word in response.text


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("POST", "/containers/x/exec", "No such container: x"),
        ("GET", "/containers/x/top", "No such container: x"),
        ("POST", "/commit?container=x", "No such container: x"),
        ("DELETE", "/networks/x", "network x not found"),
        ("GET", "/plugins/x/json", 'plugin "x" not found'),
    ],
)
def test_what_is_not_there_is_told_before_what_is_not_possible(
    api: Client, method: str, path: str, told: str
) -> None:
    response = api.open(path, method=method)
    assert (response.status_code, response.json) == (404, {"message": told})


@pytest.mark.parametrize(
    ("version", "fields"),
    [
        ("1.41", {"VirtualSize", "ContainerConfig", "Container"}),
        ("1.44", {"ContainerConfig", "Container"}),
        ("1.51", set()),
    ],
)
def test_older_versions_keep_the_fields_that_they_had(
    api: Client, version: str, fields: set[str]
) -> None:
    pull(api, "nginx")
    found = api.get(f"/v{version}/images/nginx/json").json
    assert found is not None
    assert {"VirtualSize", "ContainerConfig", "Container"} & set(found) == fields


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
