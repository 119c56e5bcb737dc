from __future__ import annotations

import json

import pytest
from werkzeug.test import Client


def test_volume_is_made_found_and_removed(api: Client) -> None:
    response = api.post("/volumes/create", json={"Name": "data", "Labels": {"a": "1"}})
    assert response.status_code == 201
    found = api.get("/volumes/data").json
    assert found is not None
    assert (found["Name"], found["Labels"], found["Driver"]) == ("data", {"a": "1"}, "local")
    assert api.delete("/volumes/data").status_code == 204
    assert api.get("/volumes/data").json == {"message": "get data: no such volume"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"Name": "../escape"}, 400),
        ({"Name": "a/b"}, 400),
        ({"Name": "data", "Driver": "nfs"}, 404),
        ({"Name": "data", "Labels": None}, 201),
        ({"Name": "data", "Labels": ["a"]}, 400),
        ({"Name": "data", "Labels": {"a": 1}}, 400),
        ({"Name": ["data"]}, 400),
    ],
    ids=range(7),
)
def test_volume_that_cannot_be(api: Client, body: dict[str, object], status: int) -> None:
    assert api.post("/volumes/create", json=body).status_code == status


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"name": ["da"]}, ["data"]),
        ({"label": ["a=1"]}, ["data"]),
        ({"label": ["a=2"]}, []),
        ({"dangling": ["true"]}, ["data", "other"]),
        ({"driver": ["nfs"]}, []),
    ],
)
def test_volume_filters(api: Client, filters: dict[str, list[str]], names: list[str]) -> None:
    api.post("/volumes/create", json={"Name": "data", "Labels": {"a": "1"}})
    api.post("/volumes/create", json={"Name": "other"})
    found = api.get("/volumes", query_string={"filters": json.dumps(filters)}).json
    assert found is not None
    assert [volume["Name"] for volume in found["Volumes"]] == names


def test_prune_removes_anonymous_volumes_only(api: Client) -> None:
    api.post("/volumes/create", json={})
    api.post("/volumes/create", json={"Name": "data"})
    found = api.post("/volumes/prune").json
    assert found is not None
    assert len(found["VolumesDeleted"]) == 1
    assert len((api.get("/volumes").json or {})["Volumes"]) == 1


@pytest.mark.parametrize("path", ["/networks/prune", "/build/prune"])
def test_prune_of_what_is_not_here_succeeds(api: Client, path: str) -> None:
    assert api.post(path).status_code == 200


def test_networks_are_listed_and_found(api: Client) -> None:
    names = [network["Name"] for network in api.get("/networks").json or []]
    assert names == ["bridge", "host", "none"]
    assert api.get("/networks/bridge").status_code == 200
    assert api.get("/networks/nosuch").json == {"message": "network nosuch not found"}
