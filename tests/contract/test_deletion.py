"""What a deletion takes along, told before it and seen after it, on every registry."""

from __future__ import annotations

import pytest

from regnb.analysis.usage import deletion_of
from regnb.errors import ManifestNotFound
from regnb.inventory import tag_contents
from regnb.registry import RegistryClient
from tests.contract.images import push
from tests.contract.test_copying import push_index


def fates(client: RegistryClient, repository: str, reference: str) -> set[tuple[str, str, str]]:
    """Content, name and fate of all that the deletion touches."""
    planned = deletion_of(client, repository, reference, tag_contents(client))
    return {(part.content, part.name, part.fate) for part in planned.parts}


def test_manifests_of_an_index_stay(client: RegistryClient, repository: str) -> None:
    digest = push_index(client, repository, "1.0")
    children = [client.head_manifest(repository, f"1.0-{number}").digest for number in (0, 1)]
    assert fates(client, repository, "1.0") == {
        ("tag", f"{repository}:1.0", "goes"),
        ("index", digest, "goes"),
        *(("manifest", child, "stays") for child in children),
    }
    client.delete_manifest(repository, digest)
    for child in children:
        assert client.get_manifest(repository, child).digest == child


def test_index_that_lists_what_is_deleted_is_named(client: RegistryClient, repository: str) -> None:
    push_index(client, repository, "1.0")
    told = fates(client, repository, "1.0-1")
    assert ("index", f"{repository}:1.0", "breaks") in told
    assert ("tag", f"{repository}:1.0", "goes") not in told


def test_blob_of_another_repository_stays_and_names_it(
    client: RegistryClient, repository: str
) -> None:
    layer = repository.encode()
    push(client, repository, "1.0", layer)
    push(client, f"{repository}-other", "3.0", layer)
    planned = deletion_of(client, repository, "1.0", tag_contents(client))
    users = {part.used_by for part in planned.parts if part.content == "layer"}
    assert users == {(f"{repository}-other:3.0",)}
    client.delete_manifest(repository, planned.digest)
    other = client.get_manifest(f"{repository}-other", "3.0")
    assert other.digest == planned.digest


def test_blobs_that_nobody_else_uses_wait(client: RegistryClient, repository: str) -> None:
    push(client, repository, "1.0", b"alone in " + repository.encode())
    told = fates(client, repository, "1.0")
    assert {fate for content, _, fate in told if content == "layer"} == {"waits"}


def test_deletion_of_what_is_not_there_is_refused(client: RegistryClient, repository: str) -> None:
    push(client, repository)
    with pytest.raises(ManifestNotFound):
        deletion_of(client, repository, "2.0", tag_contents(client))
