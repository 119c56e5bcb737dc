from __future__ import annotations

import json

import pytest
from werkzeug.test import Client

from regnb.embedded.core import EmbeddedEngine
from tests.embedded.images import add_image
from tests.embedded.progress import pull


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


def test_removing_a_name_keeps_the_image(api: Client, engine: EmbeddedEngine) -> None:
    pull(api, "nginx")
    api.post("/images/nginx/tag?repo=localhost:5000/w3&tag=1.0")
    response = api.delete("/images/localhost:5000/w3:1.0")
    assert response.json == [{"Untagged": "localhost:5000/w3:1.0"}]
    assert engine.images.find("nginx").tags == ["nginx:latest"]


def test_removing_the_last_name_removes_layers(api: Client, engine: EmbeddedEngine) -> None:
    pull(api, "nginx", "alpine")
    pull(api, "registry", "2")
    records = api.delete("/images/nginx:alpine").json
    assert records is not None
    assert [next(iter(record)) for record in records] == ["Untagged"] * 2 + ["Deleted"] * 3
    shared = engine.images.find("registry:2").manifest.layers[0]
    assert engine.images.blobs.has(shared)


def test_removing_an_image_by_id_with_several_names_wants_force(
    api: Client, engine: EmbeddedEngine
) -> None:
    image = add_image(engine.images, b"layer", name="one")
    engine.images.tag(image, add_image(engine.images, b"other", name="two").references[0])
    response = api.delete(f"/images/{image.image_id.short}")
    assert response.status_code == 409
    assert "(must be forced) - image is referenced in multiple repositories" in response.text
    assert api.delete(f"/images/{image.image_id.short}?force=1").status_code == 200


def test_removing_what_a_container_has_is_refused(api: Client) -> None:
    pull(api, "registry", "2")
    api.post("/containers/create?name=one", json={"Image": "registry:2"})
    response = api.delete("/images/registry:2")
    assert response.status_code == 409
    assert response.json is not None
    told = response.json["message"]
    assert 'unable to remove repository reference "registry:2" (must force) - container' in told


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
