from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import pytest
from werkzeug.test import Client

from regnb.embedded.core import EmbeddedEngine
from tests.embedded.calls import pull
from tests.embedded.images import add_image


def listed(api: Client, **filters: list[str]) -> list[dict[str, Any]]:
    found = api.get("/v1.51/images/json", query_string={"filters": json.dumps(filters)}).json
    assert isinstance(found, list)
    return found


def test_list_of_nothing_is_empty(api: Client) -> None:
    assert listed(api) == []


def test_list_shows_unpacked_sizes_and_names(api: Client) -> None:
    pull(api, "nginx")
    row = listed(api)[0]
    assert row["RepoTags"] == ["nginx:latest"]
    assert row["RepoDigests"][0].startswith("nginx@sha256:")
    assert (row["Size"], row["RegnbSource"]) == (69_632, "samples")


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"reference": ["nginx"]}, 1),
        ({"reference": ["nginx:latest"]}, 1),
        ({"reference": ["ngi*"]}, 1),
        ({"reference": ["localhost:5000/*"]}, 1),
        ({"reference": ["nginx:1"]}, 0),
        ({"label": ["regnb.sample"]}, 1),
        ({"label": ["regnb.sample=false"]}, 0),
        ({"dangling": ["true"]}, 0),
        ({"dangling": ["false"]}, 1),
        ({"before": ["nginx"]}, 0),
        ({"until": ["1s"]}, 1),
    ],
)
def test_list_filters(api: Client, filters: dict[str, list[str]], count: int) -> None:
    pull(api, "nginx")
    api.post("/images/nginx/tag?repo=localhost:5000/w3&tag=1.0")
    assert len(listed(api, **filters)) == count


@pytest.mark.parametrize(("version", "names"), [("1.42", ["<none>:<none>"]), ("1.43", [])])
def test_nameless_image_is_shown_as_the_version_wants(
    api: Client, engine: EmbeddedEngine, version: str, names: list[str]
) -> None:
    add_image(engine.images, b"layer")
    found = api.get(f"/v{version}/images/json").json
    assert found is not None
    assert found[0]["RepoTags"] == names


@pytest.mark.parametrize("filters", ["{", "[]", "1", '{"nosuch": ["a"]}'])
def test_nonsense_filters_are_refused(api: Client, filters: str) -> None:
    assert api.get("/images/json", query_string={"filters": filters}).status_code == 400


@pytest.mark.parametrize("path", ["nosuch:1/json", "localhost:5000/a/b:1/json"])
def test_inspect_of_nothing_says_so_in_moby_words(api: Client, path: str) -> None:
    name = path.removesuffix("/json")
    response = api.get(f"/v1.51/images/{path}")
    assert response.json == {"message": f"No such image: {name}"}
    assert response.status_code == 404


def test_inspect_has_the_config(api: Client) -> None:
    pull(api, "nginx")
    found = api.get("/images/nginx/json").json
    assert found is not None
    assert found["Config"]["Cmd"] == ["nginx", "-g", "daemon off;"]
    assert found["Created"] == "2026-06-10T10:30:00Z"
    assert len(found["RootFS"]["Layers"]) == 7


def test_history_has_sizes_beside_the_steps_that_made_layers(api: Client) -> None:
    pull(api, "nginx")
    rows = api.get("/images/nginx/history").json
    assert rows is not None
    assert rows[0]["Tags"] == ["nginx:latest"]
    assert [row["CreatedBy"].split()[0] for row in rows if row["Size"]] == ["COPY"] * 5 + [
        "RUN",
        "#",
    ]


def test_saved_image_is_loaded_with_the_same_identity(api: Client, engine: EmbeddedEngine) -> None:
    pull(api, "nginx")
    before = engine.images.find("nginx")
    content = api.get("/images/get?names=nginx").data
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        assert {"oci-layout", "index.json", "manifest.json"} < set(tar.getnames())
    api.delete("/images/nginx")
    response = api.post("/images/load", data=content, content_type="application/x-tar")
    assert response.json == {"stream": "Loaded image: nginx:latest\n"}
    after = engine.images.find("nginx")
    assert (after.image_id, after.manifest.digest) == (before.image_id, before.manifest.digest)


def test_saving_nothing_is_refused_in_moby_words(api: Client) -> None:
    response = api.get("/images/get?names=nosuch")
    assert (response.status_code, response.json) == (404, {"message": "No such image: nosuch"})


@pytest.mark.parametrize("content", [b"", b"no tar", bytes(10240)])
def test_loading_nonsense_is_told_in_the_answer_as_by_docker(api: Client, content: bytes) -> None:
    response = api.post("/images/load", data=content, content_type="application/x-tar")
    assert response.status_code == 200
    assert response.json is not None
    assert response.json["error"].startswith("invalid tar archive")


def test_tag_gives_one_more_name(api: Client, engine: EmbeddedEngine) -> None:
    pull(api, "nginx")
    response = api.post("/v1.51/images/nginx/tag?repo=localhost%3A5000%2Fw3&tag=1.0")
    assert (response.status_code, response.data) == (201, b"")
    assert engine.images.find("nginx").tags == ["localhost:5000/w3:1.0", "nginx:latest"]


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("nosuch:1/tag?repo=x&tag=1", 404, "No such image: nosuch:1"),
        ("nginx/tag?repo=BAD&tag=1", 400, "invalid reference format"),
        ("nginx/tag?repo=x&tag=", 201, ""),
        ("nginx/tag?repo=&tag=1", 400, "invalid reference format"),
    ],
)
def test_tag_refuses_in_moby_words(api: Client, path: str, status: int, message: str) -> None:
    pull(api, "nginx")
    response = api.post(f"/images/{path}")
    assert response.status_code == status
    assert message in response.text


def test_prune_removes_nameless_images_only(api: Client, engine: EmbeddedEngine) -> None:
    add_image(engine.images, b"nameless")
    add_image(engine.images, b"named", name="named")
    found = api.post("/images/prune").json
    assert found is not None
    assert found["SpaceReclaimed"] == len(b"nameless")
    assert [image.tags for image in engine.images.images()] == [["named:latest"]]


def test_prune_of_all_keeps_what_a_container_has(api: Client, engine: EmbeddedEngine) -> None:
    pull(api, "registry", "2")
    pull(api, "nginx")
    api.post("/containers/create", json={"Image": "registry:2"})
    api.post("/images/prune", query_string={"filters": json.dumps({"dangling": ["false"]})})
    assert [image.tags for image in engine.images.images()] == [["registry:2"]]


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
