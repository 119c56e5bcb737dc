from __future__ import annotations

import pytest

from regnb.analysis.anatomy import ImageReader
from regnb.registry import RegistryClient
from tests.analysis.registries import (
    ARM64,
    Image,
    open_registry,
    push,
    push_attestation,
    push_index,
)


@pytest.fixture
def client() -> RegistryClient:
    client = open_registry()
    amd64 = push(client, "w3", "amd64", Image([{"a": b"1"}, {"b": b"2"}]))
    arm64 = push(client, "w3", "arm64", Image([{"c": b"3"}], platform=ARM64))
    attestation = push_attestation(client, "w3", arm64)
    push_index(client, "w3", "1.0", [amd64, arm64, attestation])
    return client


def test_image_is_a_config_and_its_layers(client: RegistryClient) -> None:
    root = ImageReader(client, "w3").read("amd64")
    assert [part.role for part in root.all()] == ["manifest", "config", "layer", "layer"]


def test_attestation_hangs_below_the_image_that_it_speaks_of(client: RegistryClient) -> None:
    root = ImageReader(client, "w3").read("1.0")
    assert [(part.role, part.platform) for part in root.parts] == [
        ("manifest", "linux/amd64"),
        ("manifest", "linux/arm64"),
    ]
    attestation = root.parts[1].parts[-1]
    assert (attestation.role, attestation.platform) == ("attestation", "")
    assert [part.role for part in attestation.parts] == ["config", "statement"]


def test_manifest_that_was_never_copied_is_missing(client: RegistryClient) -> None:
    gone = ImageReader(client, "w3").read("1.0").parts[0]
    client.delete_manifest("w3", gone.digest)
    root = ImageReader(client, "w3").read("1.0")
    assert (root.parts[0].role, root.parts[0].digest, root.parts[0].parts) == (
        "missing",
        gone.digest,
        [],
    )


def test_bytes_and_files_are_those_of_the_registry(client: RegistryClient) -> None:
    reader = ImageReader(client, "w3")
    root = reader.read("amd64")
    config, layer, _ = root.parts
    assert root.digest.of(reader.content(root)) == root.digest
    assert config.digest.of(reader.content(config)) == config.digest
    assert [item.path for item in reader.files(layer)] == ["a"]
