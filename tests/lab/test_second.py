"""A second engine beside the first, on the network of the first, with settings of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.engine import Engine
from regnb.errors import PushFailed
from regnb.lab.second import LabEngine
from regnb.oci import ImageReference
from tests.free_port import free_port

NOT_TLS = "http: server gave HTTP response to HTTPS client"


@pytest.fixture
def first(place: Place) -> Iterator[Engine]:
    """An engine with an image of a registry."""
    background.start(place)
    with Engine.connect(place.endpoint, found_by="choice") as engine:
        engine.client.images.pull("registry", tag="2.6")
        yield engine


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[LabEngine]:
    engine = LabEngine(tmp_path / "beside", hub="samples")
    yield engine
    engine.remove()


def run_registry(engine: Engine, **options: Any) -> str:
    """Run a registry; its address in the engine's network."""
    port = free_port()
    container = engine.client.containers.run(
        "registry:2.6", detach=True, ports={"5000/tcp": ("127.0.0.1", port)}, **options
    )
    container.reload()
    address: str = container.attrs["NetworkSettings"]["IPAddress"]
    return f"{address}:5000"


def push(engine: Engine, name: str) -> str:
    """Push a sample image to `name`; what the engine told, empty when it went well."""
    engine.client.images.pull("nginx", tag="latest").tag(name)
    try:
        list(engine.push(ImageReference.parse(name)))
    except PushFailed as error:
        return error.message
    return ""


def test_localhost_is_exempt_and_the_address_of_the_container_is_not(first: Engine) -> None:
    host = run_registry(first)
    ports = first.client.containers.list()[0].ports["5000/tcp"] or []
    assert host.startswith("172.17.0.")
    assert push(first, f"localhost:{ports[0]['HostPort']}/w3:1.0") == ""
    assert NOT_TLS in push(first, f"{host}/w3:1.0")


def test_insecure_registry_is_reached_after_the_restart(first: Engine, beside: LabEngine) -> None:
    host = run_registry(first)
    second = beside.start()
    beside.reach(first)
    assert NOT_TLS in push(second, f"{host}/w3:1.0")
    beside.configure({"insecure-registries": [host]})
    second = beside.restart()
    assert push(second, f"{host}/w3:1.0") == ""
    assert NOT_TLS in push(first, f"{host}/w3:2.0")
    second.client.images.remove(f"{host}/w3:1.0")
    assert f"{host}/w3:1.0" in second.client.images.pull(f"{host}/w3", tag="1.0").tags


@pytest.mark.parametrize("option", ["hostname", "name", "network alias"])
def test_registry_with_a_certificate_is_reached_by_its_name(
    first: Engine, beside: LabEngine, tmp_path: Path, option: str
) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("registry.lab")
    issued.cert_chain_pems[0].write_to_path(str(tmp_path / "domain.crt"))
    issued.private_key_pem.write_to_path(str(tmp_path / "domain.key"))
    environment = {
        "REGISTRY_HTTP_TLS_CERTIFICATE": "/certs/domain.crt",
        "REGISTRY_HTTP_TLS_KEY": "/certs/domain.key",
    }
    choices: dict[str, dict[str, Any]] = {
        "hostname": {"hostname": "registry.lab"},
        "name": {"name": "registry.lab"},
        "network alias": {
            "network": "bridge",
            "networking_config": {
                "bridge": first.client.api.create_endpoint_config(aliases=["registry.lab"])
            },
        },
    }
    run_registry(
        first,
        environment=environment,
        volumes={str(tmp_path): {"bind": "/certs"}},
        **choices[option],
    )
    beside.reach(first)
    second = beside.start()
    told = push(second, "registry.lab:5000/w3:1.0")
    assert told.endswith("x509: certificate signed by unknown authority")
    folder = beside.certificates("registry.lab:5000")
    authority.cert_pem.write_to_path(str(folder / "ca.crt"))
    assert push(second, "registry.lab:5000/w3:1.0") == ""


def test_nothing_is_left_of_it(beside: LabEngine) -> None:
    beside.configure({"insecure-registries": ["a.test:5000"], "ip": "127.0.0.1"})
    assert beside.configure({"ip": None}) == {"insecure-registries": ["a.test:5000"]}
    with beside.start() as engine:
        insecure = engine.client.info()["RegistryConfig"]["IndexConfigs"]
    assert "a.test:5000" in insecure
    beside.remove()
    assert not beside.root.exists()
    assert background.status(beside.place) is None
    assert not beside.stop()
