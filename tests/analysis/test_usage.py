from __future__ import annotations

import pytest

from regnb.analysis.usage import Usage
from regnb.inventory import TagName, tag_contents
from regnb.registry import RegistryClient
from tests.analysis.registries import (
    ARM64,
    Image,
    open_registry,
    push,
    push_attestation,
    push_index,
)

BASE = {"etc/os-release": b"base" * 100}
APP = {"app": b"application" * 50}
OTHER = {"other": b"another one" * 40}


@pytest.fixture
def client() -> RegistryClient:
    return open_registry()


def storage_of(client: RegistryClient) -> Usage:
    return Usage.of(tag_contents(client))


def test_empty_registry(client: RegistryClient) -> None:
    storage = storage_of(client)
    assert (storage.stored, storage.saved, storage.repositories()) == (0, 0, [])


def test_each_content_counts_once(client: RegistryClient) -> None:
    push(client, "w3", "1.0", Image([BASE, APP]))
    push(client, "w3", "2.0", Image([BASE, OTHER]))
    storage = storage_of(client)
    assert len({item.content.digest for item in storage.contents}) == len(storage.contents) == 7
    (base,) = [item for item in storage.contents if len(item.names) == 2]
    assert base.content.kind == "layer"
    assert base.names == (TagName("w3", "1.0"), TagName("w3", "2.0"))
    assert storage.saved == base.size
    assert storage.unshared == storage.stored + base.size


def test_tags_of_one_image_share_all_of_it(client: RegistryClient) -> None:
    push(client, "w3", "1.0", Image([BASE]))
    alone = storage_of(client).stored
    push(client, "w3", "latest", Image([BASE]))
    storage = storage_of(client)
    assert storage.stored == storage.saved == alone


def test_repository_has_bytes_of_its_own_and_shared_ones(client: RegistryClient) -> None:
    push(client, "a", "1", Image([BASE, APP]))
    push(client, "a", "2", Image([BASE, APP, APP]))
    push(client, "b", "1", Image([BASE, OTHER]))
    storage = storage_of(client)
    (base,) = [item for item in storage.contents if item.repositories == ("a", "b")]
    first, second = storage.repositories()
    assert (first.repository, first.tags, first.shared) == ("a", 2, base.size)
    assert (second.repository, second.tags, second.shared) == ("b", 1, base.size)
    assert first.unique + second.unique + base.size == storage.stored


def test_deletion_frees_what_only_that_image_uses(client: RegistryClient) -> None:
    push(client, "w3", "1.0", Image([BASE, APP]))
    push(client, "w3", "latest", Image([BASE, APP]))
    push(client, "w3", "2.0", Image([BASE, OTHER]))
    before = storage_of(client)
    old, new = before.images()
    assert (old.tags, new.tags) == (("1.0", "latest"), ("2.0",))
    client.delete_manifest("w3", old.digest)
    assert storage_of(client).stored == before.stored - old.freed
    assert old.freed < old.size


def test_index_counts_with_all_that_it_lists(client: RegistryClient) -> None:
    amd64 = push(client, "w3", "amd64", Image([BASE, APP]))
    arm64 = push(client, "w3", "arm64", Image([BASE, OTHER], platform=ARM64))
    attestation = push_attestation(client, "w3", amd64)
    push_index(client, "w3", "1.0", [amd64, arm64, attestation])
    storage = storage_of(client)
    kinds = sorted(item.content.kind for item in storage.contents)
    # The attestation is a manifest of its own, with a config and a layer that is a statement.
    assert kinds == ["config"] * 3 + ["index"] + ["layer"] * 4 + ["manifest"] * 3
    (whole,) = [image for image in storage.images() if image.tags == ("1.0",)]
    assert whole.size == storage.stored


def test_platform_that_was_never_copied_is_left_out(client: RegistryClient) -> None:
    amd64 = push(client, "w3", "1.0", Image([BASE]))
    push_index(client, "w3", "index", [amd64])
    client.delete_manifest("w3", amd64["digest"])
    (held,) = tag_contents(client)
    assert held.children == ()
    assert [content.kind for content in held.contents().values()] == ["index"]
