from __future__ import annotations

import hashlib
import json

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.image_store import ImageStore
from regnb.embedded.platforms import parse_platform
from regnb.embedded.samples import SampleRegistry
from regnb.oci import Digest, ImageIndex, ImageManifest, media_types
from regnb.registry import RegistryClient
from tests.embedded.calls import error_in, lines, pull, statuses
from tests.embedded.faults import troubled
from tests.embedded.images import fill
from tests.embedded.running import settle
from tests.oci.samples import encode


def test_pull_tells_each_step_and_says_what_it_is(api: Client) -> None:
    content = pull(api, "nginx")
    told = statuses(content)
    assert told[0] == "Pulling from library/nginx"
    assert told[1] == "Not from Docker Hub (REGNB_HUB=samples): this is a sample image of regnb"
    assert told.count("Pulling fs layer") == told.count("Pull complete") == 7
    assert told[-2].startswith("Digest: sha256:")
    assert told[-1] == "Status: Downloaded newer image for nginx:latest"


def test_pulling_again_fetches_nothing(api: Client) -> None:
    pull(api, "nginx")
    told = statuses(pull(api, "nginx"))
    assert len(told) == 4
    assert told[-1] == "Status: Image is up to date for nginx:latest"


def test_pull_from_a_registry_keeps_its_digest(
    api: Client, engine: EmbeddedEngine, registry: str
) -> None:
    manifest = fill(registry, "team/app", engine, b"base", b"top")
    pull(api, f"{registry}/team/app", "1")
    image = engine.images.find(f"{registry}/team/app:1")
    assert image.repo_digests == [f"{registry}/team/app@{manifest.digest}"]
    assert image.source == registry


def test_pull_by_digest_gives_no_tag(api: Client, engine: EmbeddedEngine, registry: str) -> None:
    digest = fill(registry, "app", engine, b"layer").digest
    pull(api, f"{registry}/app", digest)
    image = engine.images.find(f"{registry}/app@{digest}")
    assert image.tags == []


def test_image_is_known_by_the_digest_of_its_index(api: Client, engine: EmbeddedEngine) -> None:
    index = SampleRegistry().get_manifest("library/nginx", "latest")
    told = statuses(pull(api, "nginx"))
    image = engine.images.find("nginx")
    assert f"Digest: {index.digest}" in told
    assert image.repo_digests == [f"nginx@{index.digest}"]
    assert image.config.platform.architecture == engine.platform.architecture


@pytest.mark.parametrize(
    "platform",
    [
        *("linux/amd64", "linux/arm64", "linux/arm64/v8", "linux/arm/v7", "armhf"),
        *("arm64", "linux/aarch64", "linux/x86_64", "LINUX/AMD64", "linux/arm64/v9"),
    ],
)
def test_pull_of_a_platform_takes_its_image(
    api: Client, engine: EmbeddedEngine, platform: str
) -> None:
    """docker/cli#5438."""
    assert error_in(pull(api, "alpine", platform=platform)) == ""
    found = engine.images.find("alpine")
    wanted = parse_platform(platform, engine.platform)
    assert wanted
    assert found.config.platform.architecture == wanted.normalized().architecture
    index = SampleRegistry().get_manifest("library/alpine", "latest")
    assert found.repo_digests == [f"alpine@{index.digest}"]


def test_pull_by_the_digest_of_an_index_or_of_one_of_its_images(
    api: Client, engine: EmbeddedEngine
) -> None:
    index = SampleRegistry().get_manifest("library/alpine", "latest")
    assert isinstance(index, ImageIndex)
    child = index.image_for(engine.platform)
    assert child
    for digest in (index.digest, child.digest):
        pull(api, "alpine", digest)
    image = engine.images.find(f"alpine@{index.digest}")
    assert image.repo_digests == sorted(f"alpine@{one}" for one in (index.digest, child.digest))
    assert image.tags == []


def test_config_with_another_algorithm_is_kept_under_its_digest(
    api: Client, engine: EmbeddedEngine, registry: str
) -> None:
    """https://github.com/moby/moby/issues/48241."""
    made = json.loads(fill(registry, "app", engine, b"layer").content)
    with RegistryClient(f"http://{registry}") as client:
        content = client.get_blob("app", Digest(made["config"]["digest"]))
        digest = Digest(f"sha512:{hashlib.sha512(content).hexdigest()}")
        client.upload_blob("app", digest, (content,), size=len(content))
        made["config"]["digest"] = digest
        client.put_manifest("app", "1", encode(made), media_type=media_types.OCI_MANIFEST)
    pull(api, f"{registry}/app", "1")
    assert statuses(pull(api, f"{registry}/app", "1"))[-1].startswith("Status: Image is up to date")
    (image,) = ImageStore(engine.home.images).images()
    assert (image.damage, image.image_id, image.manifest.config.digest) == (
        "",
        Digest.of(content),
        digest,
    )
    api.delete(f"/images/{image.image_id}?force=1")
    assert list(engine.images.blobs.digests()) == []


def test_platform_that_an_index_lacks_is_refused_in_the_stream(api: Client) -> None:
    content = pull(api, "alpine", platform="linux/s390x")
    assert statuses(content) == ["Pulling from library/alpine"]
    assert error_in(content).startswith("no matching manifest for linux/s390x in the manifest")


def test_attestation_is_no_image(api: Client) -> None:
    index = SampleRegistry().get_manifest("library/alpine", "latest")
    assert isinstance(index, ImageIndex)
    attestation = next(entry for entry in index.manifests if entry.is_attestation)
    content = pull(api, "alpine", attestation.digest)
    assert error_in(content) == "unsupported media type application/vnd.in-toto+json"
    assert api.get("/images/json").json == []


def test_digest_of_an_index_stays_with_the_first_of_its_images(
    api: Client, engine: EmbeddedEngine
) -> None:
    pull(api, "alpine", platform="linux/arm64")
    first = engine.images.find("alpine").image_id
    pull(api, "alpine", platform="linux/amd64")
    second = engine.images.find("alpine")
    assert second.repo_digests == []
    index = SampleRegistry().get_manifest("library/alpine", "latest")
    assert engine.images.find(f"alpine@{index.digest}").image_id == first != second.image_id


def test_push_of_one_of_several_platforms_sends_its_manifest(
    api: Client, engine: EmbeddedEngine, registry: str
) -> None:
    pull(api, "alpine")
    name = f"{registry}/small"
    assert api.post(f"/images/alpine/tag?repo={name}&tag=1").status_code == 201
    lines(api.post(f"/images/{name}/push?tag=1", headers={"X-Registry-Auth": "e30="}).data)
    with RegistryClient(f"http://{registry}") as client:
        sent = client.get_manifest("small", "1")
    assert isinstance(sent, ImageManifest)
    assert sent.config.digest == engine.images.find("alpine").image_id
    assert f"{name}@{sent.digest}" in engine.images.find("alpine").repo_digests


def test_one_manifest_of_another_platform_is_taken_with_a_warning(
    api: Client, engine: EmbeddedEngine, registry: str
) -> None:
    """moby#42325."""
    fill(registry, "app", engine, b"layer")
    content = pull(api, f"{registry}/app", "1", platform="linux/arm64")
    assert statuses(content)[-1] == (
        f"WARNING: image with reference {registry}/app:1 was found but its platform (linux/amd64) "
        "does not match the specified platform (linux/arm64)"
    )


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("fromImage=nginx&tag=0", 404, "manifest for nginx:0 not found: manifest unknown"),
        ("fromImage=busybox&tag=9", 404, "(samples of regnb: busybox:1, busybox:1.37, busybox:"),
        ("fromImage=nosuch&tag=1", 404, "pull access denied for nosuch, repository does not"),
        ("fromImage=nosuch&tag=1", 404, "(samples of regnb: alpine, busybox, hello-world, nginx"),
        ("fromImage=localhost:1/x&tag=1", 500, "dial tcp 127.0.0.1:1: connect: connection"),
        ("fromImage=no.invalid/x&tag=1", 500, "lookup no.invalid: no such host"),
        ("fromImage=BAD&tag=1", 400, "invalid reference format"),
        ("fromImage=nginx&tag=latest&platform=nosuch", 400, "unknown operating system or"),
        ("fromSrc=-", 501, "importing"),
    ],
)
def test_pull_refuses_before_the_stream(api: Client, query: str, status: int, message: str) -> None:
    response = api.post(f"/images/create?{query}")
    assert response.status_code == status
    assert message in response.text


def test_missing_tag_of_a_registry_is_a_404(api: Client, registry: str) -> None:
    response = api.post(f"/images/create?fromImage={registry}/no&tag=1")
    assert response.json == {
        "message": f"manifest for {registry}/no:1 not found: manifest unknown: manifest unknown"
    }


def test_registry_without_tls_elsewhere_is_refused(
    api: Client, engine: EmbeddedEngine, registry: str
) -> None:
    """The address of a container is not loopback, wherever its process really listens."""
    port = int(registry.rpartition(":")[2])
    places = {"172.17.0.2:5000": f"127.0.0.1:{port}"}
    settle(engine, places)
    path = "/images/create?fromImage=172.17.0.2:5000/x&tag=1"
    response = api.post(path)
    assert response.json == {
        "message": 'Get "https://172.17.0.2:5000/v2/": '
        "http: server gave HTTP response to HTTPS client"
    }
    settle(engine, places, **{"insecure-registries": ["172.17.0.2:5000"]})
    assert "manifest unknown" in api.post(path).text


@pytest.mark.parametrize("nonsense", [b"<html>", b"{}", b"\xff"])
def test_registry_that_answers_nonsense_is_refused(api: Client, nonsense: bytes) -> None:
    def answer(request: Request) -> Response | None:
        return Response(nonsense) if "/manifests/" in request.path else None

    with troubled(answer) as (_, address):
        response = api.post(f"/images/create?fromImage={address}/app&tag=1")
    assert response.status_code == 500


def test_client_that_goes_away_leaves_the_engine_whole(
    api: Client, engine: EmbeddedEngine, registry: str
) -> None:
    manifest = fill(registry, "app", engine, b"layer")
    response = api.post(f"/images/create?fromImage={registry}/app&tag=1")
    next(iter(response.response))
    response.close()
    pull(api, f"{registry}/app", "1")
    assert engine.images.find(f"{registry}/app:1").manifest.digest == manifest.digest


def test_progress_lines_have_the_fields_that_clients_read(api: Client) -> None:
    for line in lines(pull(api, "nginx"))[2:-2]:
        assert line.keys() == {"status", "progressDetail", "id"}
        assert len(line["id"]) == 12


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"os": "windows"}, 'image operating system "windows" cannot be used on this platform'),
        ({"rootfs": {}}, "layers from manifest don't match image configuration"),
        (
            {"rootfs": {"diff_ids": [Digest.of(b"other")]}},
            "layers from manifest don't match image configuration",
        ),
    ],
)
def test_image_that_docker_refuses_is_not_kept(
    api: Client,
    engine: EmbeddedEngine,
    registry: str,
    fields: dict[str, object],
    message: str,
) -> None:
    """https://github.com/moby/moby/issues/47150."""
    made = json.loads(fill(registry, "app", engine, b"layer").content)
    with RegistryClient(f"http://{registry}") as client:
        config = json.loads(client.get_blob("app", Digest(made["config"]["digest"])))
        content = encode(config | fields)
        made["config"] |= {"digest": client.put_blob("app", content), "size": len(content)}
        client.put_manifest("app", "1", encode(made), media_type=media_types.OCI_MANIFEST)
    response = api.post(f"/images/create?fromImage={registry}/app&tag=1")
    assert message in response.text.replace('\\"', '"')
    assert engine.images.images() == []
    assert error_in(pull(api, "alpine")) == ""
