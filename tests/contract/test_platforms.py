"""An index of several platforms, with attestations, on every engine: what it takes and sends."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from regnb.embedded.remote import offline_hub
from regnb.engine import Engine, find_engine
from regnb.errors import ImageNotFound, PullFailed
from regnb.oci import Descriptor, ImageIndex, ImageManifest, ImageReference
from regnb.registry import RegistryClient
from regnb.server import Config, DirectoryStorage, create_app
from regnb.web.http_server import serving
from tests.contract.engines import ENGINES

ALPINE = ImageReference.parse("alpine")
REPOSITORY = ALPINE.repository


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with find_engine(request.param) as found:
        yield found


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry on loopback that has the sample of alpine."""
    folder = tmp_path_factory.mktemp("room")
    offline_hub.save(offline_hub.find(ALPINE, "samples"), ALPINE, folder, platforms=("linux",))
    with serving(create_app(DirectoryStorage(folder), Config())) as server:
        yield f"localhost:{server.port}"


@pytest.fixture(scope="module")
def index(address: str) -> ImageIndex:
    with RegistryClient(f"http://{address}") as client:
        found = client.get_manifest(REPOSITORY, "latest")
    assert isinstance(found, ImageIndex)
    return found


@pytest.fixture(autouse=True)
def _left_as_found(engine: Engine, address: str) -> Iterator[None]:
    yield
    for image in engine.client.api.images():
        for name in (*(image["RepoTags"] or ()), *(image["RepoDigests"] or ())):
            if name.startswith(address):
                with contextlib.suppress(ImageNotFound):  # it went with another name
                    engine.remove_image(ImageReference.parse(name))


def pulled(engine: Engine, name: str) -> dict[str, Any]:
    """What the engine says of the image `name`, which it pulls first."""
    list(engine.pull(ImageReference.parse(name)))
    return described(engine, name)


def described(engine: Engine, name: str) -> dict[str, Any]:
    fields: dict[str, Any] = engine.client.images.get(name).attrs
    return fields


def own(engine: Engine, index: ImageIndex) -> Descriptor:
    """The entry that is for the platform of `engine`."""
    entry = index.image_for(engine.platform)
    assert entry
    return entry


def test_pull_takes_the_image_for_this_machine(
    engine: Engine, address: str, index: ImageIndex
) -> None:
    name = f"{address}/{REPOSITORY}"
    image = pulled(engine, f"{name}:latest")
    assert f"{name}@{index.digest}" in image["RepoDigests"]
    assert image["Architecture"] == engine.platform.architecture


def test_pull_by_the_digest_of_the_index_and_of_one_image(
    engine: Engine, address: str, index: ImageIndex
) -> None:
    name = f"{address}/{REPOSITORY}"
    for digest in (index.digest, own(engine, index).digest):
        image = pulled(engine, f"{name}@{digest}")
        assert f"{name}@{digest}" in image["RepoDigests"]
        assert [tag for tag in image["RepoTags"] if "@" not in tag] == []
        assert image["Architecture"] == engine.platform.architecture


def test_pull_of_another_platform(engine: Engine, address: str, index: ImageIndex) -> None:
    name = f"{address}/{REPOSITORY}"
    other = next(one for one in index.images if one != own(engine, index))
    assert other.platform
    engine.client.api.pull(name, "latest", platform=str(other.platform))
    image = described(engine, f"{name}:latest")
    assert f"{name}@{index.digest}" in image["RepoDigests"]
    assert image["Architecture"] == other.platform.architecture


def test_attestation_is_no_image(engine: Engine, address: str, index: ImageIndex) -> None:
    about = next(entry for entry in index.manifests if entry.is_attestation)
    with pytest.raises((PullFailed, ImageNotFound)):
        pulled(engine, f"{address}/{REPOSITORY}@{about.digest}")


def test_push_sends_one_image(engine: Engine, address: str, index: ImageIndex) -> None:
    pulled(engine, f"{address}/{REPOSITORY}:latest")
    copy = ImageReference.parse(f"{address}/small:1.0")
    engine.tag(ImageReference.parse(f"{address}/{REPOSITORY}:latest"), copy)
    told = [event.digest for event in engine.push(copy) if event.digest]
    with RegistryClient(f"http://{address}") as client:
        sent = client.get_manifest("small", "1.0")
        source = client.get_manifest(REPOSITORY, own(engine, index).digest)
    assert isinstance(sent, ImageManifest)
    assert isinstance(source, ImageManifest)
    assert sent.config.digest == source.config.digest
    assert set(told) <= {sent.digest}
