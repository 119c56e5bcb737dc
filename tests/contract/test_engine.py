"""What every engine must do; run on a real one by `make test-docker`."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from regnb.engine import Container, Engine, Progress, find_engine
from regnb.errors import (
    ContainerNotFound,
    HubUnreachable,
    ImageNotFound,
    NameTaken,
    PortTaken,
    PushFailed,
    RegistryUnreachable,
)
from regnb.oci import ImageReference
from regnb.registry import RegistryClient
from tests.contract.engines import (
    DESCRIBES_PACKED_SIZES,
    ENGINES,
    REMEMBERS_TWO_DIGESTS,
    SILENT_PUSH,
    kind,
)

NGINX = ImageReference.parse("nginx")
TEST_LABEL = "regnb.test"


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine that is left as it was found."""
    with find_engine(request.param) as found:
        before = image_names(found)
        yield found
        for container in found.containers(label=TEST_LABEL):
            found.remove_container(container.name)
        for volume in found.volumes(label=TEST_LABEL):
            found.remove_volume(volume)
        for name in image_names(found) - before:
            found.remove_image(ImageReference.parse(name))


@pytest.fixture(scope="module")
def registry_image(engine: Engine) -> ImageReference:
    # Version 2.6 refuses the OCI manifests that the containerd image store pushes.
    tag = "3" if engine.has_containerd_store else "2.6"
    reference = ImageReference.parse(f"registry:{tag}")
    list(engine.pull(reference))
    return reference


@pytest.fixture(scope="module")
def registry(engine: Engine, registry_image: ImageReference) -> Container:
    """A registry that answers."""
    container = run(engine, registry_image, new_name())
    with RegistryClient(f"http://{address(container)}") as client:
        for _ in range(100):
            try:
                client.ping()
            except RegistryUnreachable:
                time.sleep(0.05)
            else:
                return container
    raise AssertionError(engine.logs(container.name))


@pytest.fixture
def w3(engine: Engine, registry: Container) -> Iterator[ImageReference]:
    """nginx under a name for the registry, not pushed yet."""
    list(engine.pull(NGINX))
    reference = ImageReference.parse(f"{address(registry)}/{new_name()}:1.0")
    engine.tag(NGINX, reference)
    yield reference
    if engine.find_image(reference):
        engine.remove_image(reference)


def image_names(engine: Engine) -> set[str]:
    return {f"{image.name}:{image.tag}" for image in engine.images()}


def new_name() -> str:
    return f"regnb-test-{uuid4().hex[:8]}"


def address(container: Container) -> str:
    return f"localhost:{container.host_port(5000)}"


def run(engine: Engine, image: ImageReference, name: str, port: int = 0) -> Container:
    return engine.run_container(image, name=name, host_port=port, labels={TEST_LABEL: "true"})


def layers(events: list[Progress]) -> set[str]:
    return {event.layer for event in events if event.layer}


def test_pull_of_an_image_of_docker_hub(engine: Engine) -> None:
    events = list(engine.pull(NGINX))
    image = engine.find_image(NGINX)
    assert image is not None
    if kind(engine) in REMEMBERS_TWO_DIGESTS:
        assert (len(image.repo_digests), events[-1].digest) == (2, None)
    else:
        assert image.repo_digests == (f"nginx@{events[-1].digest}",)
    [listed] = [one for one in engine.images() if (one.name, one.tag) == ("nginx", "latest")]
    if kind(engine) in DESCRIBES_PACKED_SIZES:
        assert image.size < listed.size
        image = replace(image, size=listed.size)
    assert image == listed
    assert image.created < datetime.now(UTC) + timedelta(days=1)


def test_pull_of_an_image_that_does_not_exist(engine: Engine) -> None:
    nope = ImageReference.parse("nginx:no-such-tag")
    with pytest.raises(ImageNotFound) as caught:
        list(engine.pull(nope))
    assert caught.value.subject == "nginx:no-such-tag"
    assert engine.find_image(nope) is None


def test_push_then_pull_back(engine: Engine, w3: ImageReference) -> None:
    pushed = list(engine.push(w3))
    digest = pushed[-1].digest
    with RegistryClient(f"http://{w3.registry}") as client:
        assert w3.repository in client.list_repositories()
        manifest = client.get_manifest(w3.repository, "1.0")
        assert manifest.digest == digest
    told = 0 if engine.flavour in SILENT_PUSH else len(manifest.layers)  # type: ignore[union-attr]
    assert len(layers(pushed)) == told
    engine.remove_image(w3)
    assert engine.find_image(w3) is None
    assert list(engine.pull(w3))[-1].digest == digest


def test_two_tags_are_one_image(engine: Engine, w3: ImageReference) -> None:
    rows = [image for image in engine.images() if image.name in {w3.name, "nginx"}]
    assert len({row.image_id for row in rows if row.tag in {"1.0", "latest"}}) == 1


def test_tag_of_an_image_that_is_not_there(engine: Engine) -> None:
    with pytest.raises(ImageNotFound):
        engine.tag(ImageReference.parse(f"{new_name()}:1"), ImageReference.parse("w3:1"))


def test_push_of_an_image_that_is_not_there(engine: Engine, registry: Container) -> None:
    with pytest.raises(ImageNotFound):
        list(engine.push(ImageReference.parse(f"{address(registry)}/{new_name()}:1")))


def test_push_and_pull_with_a_stopped_registry(
    engine: Engine, registry_image: ImageReference
) -> None:
    stopped = run(engine, registry_image, new_name())
    reference = ImageReference.parse(f"{address(stopped)}/w3:1.0")
    engine.tag(registry_image, reference)
    engine.stop_container(stopped.name)
    listed = engine.container(stopped.name)
    assert listed is not None
    assert (listed.is_running, listed.ports) == (False, ())
    with pytest.raises(PushFailed, match="connection refused"):
        list(engine.push(reference))
    with pytest.raises(HubUnreachable):
        list(engine.pull(reference))
    engine.remove_image(reference)


def test_port_of_another_container(
    engine: Engine, registry: Container, registry_image: ImageReference
) -> None:
    name, port = new_name(), registry.host_port(5000)
    assert port is not None
    with pytest.raises(PortTaken) as caught:
        run(engine, registry_image, name, port)
    assert caught.value.subject == str(port)
    assert engine.container(name) is None


def test_port_of_another_program(engine: Engine, registry_image: ImageReference) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port, name = other.getsockname()[1], new_name()
        with pytest.raises(PortTaken):
            run(engine, registry_image, name, port)
    assert engine.container(name) is None


def test_name_of_our_own_container(
    engine: Engine, registry: Container, registry_image: ImageReference
) -> None:
    with pytest.raises(NameTaken) as caught:
        run(engine, registry_image, registry.name)
    assert (caught.value.subject, caught.value.ours) == (registry.name, True)


def test_foreign_container_is_left_untouched(
    engine: Engine, registry_image: ImageReference
) -> None:
    name = new_name()
    foreign = engine.client.containers.create(registry_image.familiar, name=name)
    try:
        with pytest.raises(NameTaken) as caught:
            run(engine, registry_image, name)
        assert caught.value.ours is False
        with pytest.raises(NameTaken):
            engine.remove_container(name)
        foreign.reload()
        assert foreign.status == "created"
    finally:
        foreign.remove(v=True)


def test_container_is_removed_with_its_anonymous_volume(
    engine: Engine, registry_image: ImageReference
) -> None:
    before = {volume.name for volume in engine.client.volumes.list()}
    container = run(engine, registry_image, new_name())
    assert {volume.name for volume in engine.client.volumes.list()} > before
    engine.remove_container(container.name)
    assert {volume.name for volume in engine.client.volumes.list()} == before
    with pytest.raises(ContainerNotFound):
        engine.logs(container.name)


def test_named_volume_carries_our_label(engine: Engine, registry_image: ImageReference) -> None:
    volume = new_name()
    container = engine.run_container(
        registry_image,
        name=new_name(),
        host_port=0,
        labels={TEST_LABEL: "true"},
        environment={"REGISTRY_STORAGE_DELETE_ENABLED": "true"},
        volumes={volume: "/var/lib/registry"},
    )
    engine.remove_container(container.name)
    assert volume in engine.volumes(label=TEST_LABEL)
    engine.remove_volume(volume)
    assert volume not in engine.volumes(label=TEST_LABEL)


def test_containers_agree_with_the_engine(engine: Engine, registry: Container) -> None:
    [listed] = [one for one in engine.containers(label=TEST_LABEL) if one.name == registry.name]
    inspected = engine.client.containers.get(registry.name)
    assert listed.container_id == inspected.id
    assert listed.labels.items() >= {TEST_LABEL: "true"}.items()
    assert [port.host_ip for port in listed.ports] == ["127.0.0.1"]
    assert listed.is_ours


def test_logs_tell_what_the_registry_wrote(engine: Engine, registry: Container) -> None:
    assert "listening on" in engine.logs(registry.name)
    assert len(engine.logs(registry.name, tail=1).splitlines()) == 1
