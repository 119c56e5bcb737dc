from __future__ import annotations

from werkzeug.test import Client

from regnb.embedded.core import EmbeddedEngine
from tests.embedded.calls import pull
from tests.embedded.images import add_image


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
