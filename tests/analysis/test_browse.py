from __future__ import annotations

import pytest

from regnb.analysis.browse import RegistryBrowser
from regnb.oci import Digest, Platform
from regnb.registry import RegistryClient
from tests.analysis.registries import (
    ARM64,
    Image,
    open_registry,
    push,
    push_attestation,
    push_index,
)
from tests.contract.images import push_artifact


@pytest.fixture
def client() -> RegistryClient:
    client = open_registry()
    amd64 = push(client, "w3", "amd64", Image([{"app": b"amd"}]))
    arm64 = push(client, "w3", "arm64", Image([{"app": b"arm"}], platform=ARM64))
    note = push_attestation(client, "w3", amd64)
    push_index(client, "w3", "1.0", [amd64, arm64, note])
    push(client, "a/b", "1", Image([]))
    return client


def browser(client: RegistryClient, platform: str = "linux/arm64") -> RegistryBrowser:
    return RegistryBrowser(client, Platform.parse(platform))


def test_names_are_sorted(client: RegistryClient) -> None:
    assert browser(client).repositories() == ["a/b", "w3"]
    assert browser(client).tags("w3")[:2] == ["1.0", "amd64"]


def test_what_is_gone_is_nothing(client: RegistryClient) -> None:
    assert browser(client).tags("gone") == []
    assert browser(client).digest("w3", "gone") == ""


@pytest.mark.parametrize(
    ("platform", "tag"),
    [("linux/arm64", "arm64"), ("linux/amd64", "amd64"), ("linux/s390x", "amd64")],
)
def test_index_leads_to_the_image_for_the_platform_else_the_first(
    client: RegistryClient, platform: str, tag: str
) -> None:
    image = browser(client, platform).image("w3", "1.0")
    assert image.index
    assert image.manifest
    assert image.manifest.digest == client.head_manifest("w3", tag).digest
    assert image.config
    assert image.digest == browser(client).digest("w3", "1.0") == image.index.digest


def test_image_that_was_chosen_is_shown(client: RegistryClient) -> None:
    amd64 = client.head_manifest("w3", "amd64").digest
    image = browser(client).image("w3", "1.0", chosen=amd64)
    assert image.manifest
    assert image.manifest.digest == amd64


def test_image_alone_has_no_index(client: RegistryClient) -> None:
    image = browser(client).image("w3", "amd64")
    assert image.index is None
    assert image.manifest
    assert image.digest == image.manifest.digest
    layer = image.manifest.layers[0].digest
    assert Digest.of(b"".join(browser(client).layer("w3", layer))) == layer


def test_artifact_has_no_config(client: RegistryClient) -> None:
    subject = client.head_manifest("w3", "amd64").digest
    digest = push_artifact(client, "w3", subject, "a/sbom")
    image = browser(client).image("w3", digest)
    assert image.manifest
    assert image.config is None


def test_index_without_images_leads_nowhere(client: RegistryClient) -> None:
    push_index(client, "w3", "empty", [])
    image = browser(client).image("w3", "empty")
    assert (image.manifest, image.config) == (None, None)
    assert image.digest == client.head_manifest("w3", "empty").digest
