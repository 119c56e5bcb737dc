from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from regnb.embedded.api.router import Api
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.home import Home
from regnb.embedded.remote.pull_sources import HubPlaces
from regnb.embedded.samples import SampleRegistry
from regnb.oci import Digest, ImageIndex, ImageManifest
from regnb.registry import RegistryClient
from tests.embedded.faults import fill_bytes, troubled
from tests.embedded.images import put_image
from tests.embedded.progress import error_in, lines, pull, statuses
from tests.embedded.running import settle


def fill(address: str, repository: str, engine: EmbeddedEngine, *layers: bytes) -> ImageManifest:
    """An image in the registry at `address`, made in the engine's blobs and forgotten there."""
    manifest = put_image(engine.images.blobs, *layers)
    with RegistryClient(f"http://{address}") as client:
        for part in (manifest.config, *manifest.layers):
            client.put_blob(repository, engine.images.blobs.read(part.digest))
        client.put_manifest(repository, "1", manifest.content, media_type=manifest.media_type)
    engine.images.delete_unused_blobs()
    return manifest


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
    "platform", ["linux/amd64", "linux/arm64", "linux/arm64/v8", "linux/arm/v7", "linux/arm/v6"]
)
def test_pull_of_a_platform_takes_its_image(
    api: Client, engine: EmbeddedEngine, platform: str
) -> None:
    pull(api, "alpine", platform=platform)
    found = engine.images.find("alpine")
    assert found.config.platform.architecture == platform.split("/")[1]
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


def test_one_manifest_of_another_platform_is_refused(
    api: Client, engine: EmbeddedEngine, registry: str
) -> None:
    fill(registry, "app", engine, b"layer")
    response = api.post(f"/images/create?fromImage={registry}/app&tag=1&platform=linux/arm64")
    assert response.status_code == 404
    assert "does not match the specified platform" in response.text


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
        ("fromImage=nginx&tag=latest&platform=windows", 400, "windows"),
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


def test_broken_layer_is_taken_up_where_it_broke(api: Client, engine: EmbeddedEngine) -> None:
    layer = bytes(range(256)) * 8192

    def cut_once(request: Request) -> Response | None:
        wanted = request.method == "GET" and request.path.endswith(Digest.of(layer))
        if wanted and not request.headers.get("Range"):
            return Response(half(), headers={"Content-Length": str(len(layer))})
        return None

    def half() -> Iterator[bytes]:
        yield layer[: len(layer) // 2]
        raise ConnectionResetError

    engine.downloads._retry_after = 0
    with troubled(cut_once) as (app, address):
        manifest = fill_bytes(address, layer)
        told = statuses(pull(api, f"{address}/app", "1"))
    ranges = [asked for _, _, asked in app.seen if asked]
    assert any(status.startswith("Retrying") for status in told)
    assert ranges == [f"bytes={len(layer) // 2}-"]
    assert engine.images.blobs.has(manifest.layers[0])


def test_wrong_bytes_are_refused_and_not_kept(api: Client, engine: EmbeddedEngine) -> None:
    layer = b"the right bytes"

    def lie(request: Request) -> Response | None:
        wanted = request.method == "GET" and request.path.endswith(Digest.of(layer))
        return Response(b"the wrong bytes") if wanted else None

    engine.downloads._retry_after = 0
    with troubled(lie) as (_, address):
        manifest = fill_bytes(address, layer)
        content = pull(api, f"{address}/app", "1")
    assert str(Digest.of(layer)) in error_in(content)
    assert not engine.images.blobs.has(manifest.layers[0])
    assert engine.images.images() == []


@pytest.mark.parametrize("nonsense", [b"<html>", b"{}", b"\xff"])
def test_registry_that_answers_nonsense_is_refused(api: Client, nonsense: bytes) -> None:
    def answer(request: Request) -> Response | None:
        return Response(nonsense) if "/manifests/" in request.path else None

    with troubled(answer) as (_, address):
        response = api.post(f"/images/create?fromImage={address}/app&tag=1")
    assert response.status_code == 500


def test_two_pulls_at_once_share_the_work(engine: EmbeddedEngine) -> None:
    first_asked = threading.Event()

    def wait_for_the_second(request: Request) -> None:
        if request.method == "GET" and request.path.endswith(manifest.layers[0].digest):
            first_asked.wait(5)

    def pull_one() -> None:
        answers.append(pull(Client(Api(engine)), f"{address}/app", "1"))

    answers: list[bytes] = []
    with troubled(lambda _: None) as (app, address):
        manifest = fill_bytes(address, b"shared layer")
        app.spoil, app.seen = wait_for_the_second, []
        threads = [threading.Thread(target=pull_one) for _ in range(2)]
        for thread in threads:
            thread.start()
        while not any(download.watchers == 2 for download in engine.downloads.running()):
            threading.Event().wait(0.01)
        first_asked.set()
        for thread in threads:
            thread.join()
    paths = [path for method, path, _ in app.seen if method == "GET"]
    assert sum(path.endswith(manifest.layers[0].digest) for path in paths) == 1
    assert [error_in(answer) for answer in answers] == ["", ""]


def hub_engine(
    folder: Path, host: str, mirrors: tuple[tuple[str, str], ...] = ()
) -> EmbeddedEngine:
    return EmbeddedEngine(Home(folder / "hub"), places=HubPlaces(host, mirrors))


@pytest.mark.parametrize("limited", ["manifests", "blobs"])
def test_limited_hub_gives_way_to_a_mirror(
    engine: EmbeddedEngine, tmp_path: Path, registry: str, limited: str
) -> None:
    fill(registry, "mirror/library/nginx", engine, b"layer")

    def limit(request: Request) -> Response | None:
        is_limited = request.method == "GET" and f"/{limited}/" in request.path
        return Response(status=429) if is_limited else None

    with troubled(limit) as (_, address):
        fill(address, "library/nginx", engine, b"layer")
        mirrored = hub_engine(tmp_path, address, ((f"http://{registry}", "mirror/"),))
        told = statuses(pull(Client(Api(mirrored)), "nginx", "1"))
        mirrored.close()
    assert told[1] == f"The pull limit of Docker Hub is reached: this image comes from {registry}"


def test_manifest_is_asked_for_once(engine: EmbeddedEngine, tmp_path: Path) -> None:
    with troubled(lambda _: None) as (app, address):
        fill(address, "library/nginx", engine, b"layer")
        app.seen.clear()
        reached = hub_engine(tmp_path, address)
        assert error_in(pull(Client(Api(reached)), "nginx", "1")) == ""
        reached.close()
    assert [path.count("/manifests/") for _, path, _ in app.seen].count(1) == 1


def test_hub_that_cannot_be_reached_gives_way_to_a_sample(tmp_path: Path) -> None:
    lonely = hub_engine(tmp_path, "localhost:1")
    told = statuses(pull(Client(Api(lonely)), "nginx"))
    lonely.close()
    assert told[1] == (
        "Not from Docker Hub (localhost:1 cannot be reached): this is a sample image of regnb"
    )
    assert lonely.images.find("nginx").source == "samples"


def test_what_has_no_sample_either_says_why_and_names_the_samples(tmp_path: Path) -> None:
    lonely = hub_engine(tmp_path, "localhost:1")
    response = Client(Api(lonely)).post("/images/create?fromImage=python&tag=latest")
    lonely.close()
    assert response.status_code == 500
    assert "connection refused (samples of regnb: alpine, busybox" in response.text


def test_samples_can_be_forbidden(tmp_path: Path) -> None:
    strict = EmbeddedEngine(Home(tmp_path / "strict"), hub="hub", places=HubPlaces("localhost:1"))
    response = Client(Api(strict)).post("/images/create?fromImage=nginx&tag=latest")
    strict.close()
    assert response.status_code == 500
    assert "connection refused" in response.text


def test_registry_mirrors_are_asked_before_hub(
    engine: EmbeddedEngine, tmp_path: Path, registry: str
) -> None:
    manifest = fill(registry, "library/nginx", engine, b"layer")
    mirrored = hub_engine(tmp_path, "localhost:1")
    mirrored.home.settings.write_text(f'{{"registry-mirrors": ["http://{registry}"]}}')
    pull(Client(Api(mirrored)), "nginx", "1")
    mirrored.close()
    assert mirrored.images.find("nginx:1").manifest.digest == manifest.digest


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
