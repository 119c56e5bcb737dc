from __future__ import annotations

from pathlib import Path

from regnb.inventory import inventory
from regnb.oci import media_types
from regnb.registry import RegistryClient
from tests.contract.images import CONFIG, push
from tests.oci import samples


def test_inventory_is_what_was_pushed(
    client: RegistryClient, repository: str, tmp_path: Path
) -> None:
    digest = push(client, repository, "1", b"mine of 1")
    push(client, repository, "2", b"mine of the second")
    image = client.get_manifest(repository, "1")
    entry = {**samples.descriptor(image.content, media_types.OCI_MANIFEST)}
    index = samples.encode({"schemaVersion": 2, "manifests": [entry]})
    client.put_manifest(repository, "3", index, media_type=media_types.OCI_INDEX)
    options = {"repositories": [repository], "cache": tmp_path / "cache"}
    frame = inventory(client, **options)  # type: ignore[arg-type]
    size = len(CONFIG)
    assert list(frame.tag) == ["1", "2", "3"]
    assert frame.digest[0] == digest
    assert list(frame.media_type) == [media_types.OCI_MANIFEST] * 2 + [media_types.OCI_INDEX]
    assert list(frame.size_bytes) == [size + 9, size + 18, size + 9]
    assert list(frame.unique_bytes) == [0, 18, 0]
    assert list(frame.layers) == [1, 1, 1]
    assert set(frame.problem) == {""}
    assert inventory(client, **options).equals(frame)  # type: ignore[arg-type]


def test_inventory_has_every_repository(client: RegistryClient, repository: str) -> None:
    push(client, repository)
    assert repository in set(inventory(client).repository)
