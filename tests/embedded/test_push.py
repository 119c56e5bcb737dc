from __future__ import annotations

from werkzeug.test import Client

from regnb.embedded.core import EmbeddedEngine
from regnb.registry import RegistryClient
from tests.embedded.calls import error_in, lines, pull, statuses


def push(api: Client, name: str, tag: str = "1.0") -> bytes:
    response = api.post(f"/v1.45/images/{name}/push?tag={tag}", headers={"X-Registry-Auth": "e30="})
    assert response.status_code == 200
    return bytes(response.data)


def tagged(api: Client, name: str, tag: str = "1.0") -> str:
    pull(api, "nginx")
    api.post(f"/images/nginx/tag?repo={name}&tag={tag}")
    return name


def test_push_sends_the_manifest_as_it_was_pulled(
    api: Client, engine: EmbeddedEngine, registry: str
) -> None:
    content = push(api, tagged(api, f"{registry}/w3"))
    manifest = engine.images.find("nginx").manifest
    with RegistryClient(f"http://{registry}") as client:
        assert client.get_manifest("w3", "1.0").digest == manifest.digest
    size = len(manifest.content)
    told = statuses(content)
    assert told[0] == f"The push refers to repository [{registry}/w3]"
    assert told.count("Preparing") == told.count("Pushed") == 7
    assert told[-1] == f"1.0: digest: {manifest.digest} size: {size}"
    assert lines(content)[-1]["aux"] == {"Tag": "1.0", "Digest": manifest.digest, "Size": size}


def test_pushing_again_sends_nothing(api: Client, registry: str) -> None:
    name = tagged(api, f"{registry}/w3")
    push(api, name)
    assert statuses(push(api, name)).count("Layer already exists") == 7


def test_layers_known_to_the_registry_are_mounted(api: Client, registry: str) -> None:
    push(api, tagged(api, f"{registry}/one"))
    told = statuses(push(api, tagged(api, f"{registry}/two")))
    assert told.count("Mounted from one") == 7


def test_pushed_image_is_known_by_its_digest(
    api: Client, engine: EmbeddedEngine, registry: str
) -> None:
    push(api, tagged(api, f"{registry}/w3"))
    image = engine.images.find(f"{registry}/w3:1.0")
    assert f"{registry}/w3@{image.manifest.digest}" in image.repo_digests


def test_push_without_tag_sends_all_tags(api: Client, registry: str) -> None:
    tagged(api, f"{registry}/w3", "1.0")
    push(api, tagged(api, f"{registry}/w3", "2.0"), "")
    with RegistryClient(f"http://{registry}") as client:
        assert client.list_tags("w3") == ["1.0", "2.0"]


def test_push_of_a_missing_image_fails_inside_the_stream(api: Client) -> None:
    content = push(api, "localhost:5000/never")
    assert error_in(content) == (
        "An image does not exist locally with the tag: localhost:5000/never"
    )


def test_push_to_nothing_fails_inside_the_stream(api: Client) -> None:
    content = push(api, tagged(api, "localhost:1/w3"))
    assert error_in(content) == (
        'Get "http://localhost:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused'
    )
