"""Copies of images, to and from every registry, and a layout on the way."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from regnb.errors import DigestMismatch, DigestRefused, InvalidManifest, ManifestNotFound, NotFound
from regnb.oci import Digest, media_types
from regnb.registry import RegistryClient
from regnb.registry.copying import RegistryRepository, copy_image
from regnb.registry.layout_folder import LayoutFolder
from tests.contract.images import push, push_artifact


def push_index(client: RegistryClient, repository: str, tag: str, *, count: int = 2) -> Digest:
    """An index of `count` images, of different content, under `tag`."""
    entries = []
    for number in range(count):
        digest = push(client, repository, f"{tag}-{number}", f"{tag} {number}".encode())
        manifest = client.get_manifest(repository, digest)
        entries.append(
            {
                "mediaType": manifest.media_type,
                "digest": manifest.digest,
                "size": len(manifest.content),
                "platform": {"os": "linux", "architecture": ["amd64", "arm64"][number % 2]},
            }
        )
    # Spaces that no program would write: a copy keeps the bytes, not what they mean.
    value = {"schemaVersion": 2, "mediaType": media_types.OCI_INDEX, "manifests": entries}
    content = json.dumps(value, indent=7).encode()
    return client.put_manifest(repository, tag, content, media_type=media_types.OCI_INDEX)


def test_copy_within_a_registry_mounts_every_blob(client: RegistryClient, repository: str) -> None:
    digest = push_index(client, repository, "1.0")
    source, target = (RegistryRepository(client, f"{repository}{end}") for end in ("", "-2"))
    copied = copy_image(source, target, "1.0", name="other")
    assert copied.digest == digest == client.head_manifest(target.repository, "other").digest
    assert copied.manifests == 3
    assert copied.count("mounted") == len(copied.blobs)
    assert copy_image(source, target, "1.0", name="other").count("present") == len(copied.blobs)


def test_index_survives_a_layout_byte_for_byte(
    client: RegistryClient, repository: str, tmp_path: Path
) -> None:
    push_index(client, repository, "1.0")
    source = RegistryRepository(client, repository)
    layout = LayoutFolder(tmp_path)
    copy_image(source, layout.in_repository(repository), "1.0", name="1.0")
    layout.save()
    again = LayoutFolder.open(tmp_path).in_repository(repository)
    target = RegistryRepository(client, f"{repository}-back")
    copy_image(again, target, "1.0", name="1.0")
    assert target.manifest("1.0").content == source.manifest("1.0").content
    for blob, _ in copy_image(source, target, "1.0", name="1.0").blobs.values():
        assert client.get_blob(target.repository, blob.digest)


def test_copy_of_what_is_not_there_is_refused(client: RegistryClient, repository: str) -> None:
    push(client, repository)
    source, target = (RegistryRepository(client, f"{repository}{end}") for end in ("", "-2"))
    with pytest.raises(ManifestNotFound):
        copy_image(source, target, "2.0", name="2.0")


def test_damaged_layout_is_not_restored(
    client: RegistryClient, repository: str, tmp_path: Path
) -> None:
    damaged = b"what will be damaged"
    push(client, repository, "1.0", damaged)
    layout = LayoutFolder(tmp_path)
    source = RegistryRepository(client, repository)
    copy_image(source, layout.in_repository(repository), "1.0", name="1.0")
    layout.save()
    file = layout.blobs.path(Digest.of(damaged))
    file.write_bytes(b"x" * file.stat().st_size)
    target = RegistryRepository(client, f"{repository}-back")
    with pytest.raises((DigestMismatch, DigestRefused)):
        copy_image(layout.in_repository(repository), target, "1.0", name="1.0")
    with pytest.raises(NotFound):
        target.manifest("1.0")


def test_referrers_are_copied_with_what_they_are_about(
    client: RegistryClient, repository: str, tmp_path: Path
) -> None:
    digest = push(client, repository)
    artifact = push_artifact(client, repository, digest, "application/x-note")
    layout = LayoutFolder(tmp_path)
    source = RegistryRepository(client, repository)
    copy_image(source, layout.in_repository(repository), "1.0", name="1.0")
    layout.save()
    again = LayoutFolder.open(tmp_path).in_repository(repository)
    target = RegistryRepository(client, f"{repository}-back")
    copy_image(again, target, "1.0", name="1.0")
    assert [entry.digest for entry in target.referrers(digest)] == [artifact]


def test_folder_without_a_layout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidManifest):
        LayoutFolder.open(tmp_path)


def test_layout_is_what_it_was_until_it_is_saved(
    client: RegistryClient, repository: str, tmp_path: Path
) -> None:
    push(client, repository)
    source, layout = RegistryRepository(client, repository), LayoutFolder(tmp_path)
    copy_image(source, layout.in_repository(repository), "1.0", name="1.0")
    layout.save()
    before = (tmp_path / "index.json").read_bytes()
    push(client, repository, "2.0", b"more")
    copy_image(source, layout.in_repository(repository), "2.0", name="2.0")
    assert (tmp_path / "index.json").read_bytes() == before
    assert list(LayoutFolder.open(tmp_path).entries) == [f"{repository}:1.0"]


def test_backup_while_others_push_holds_whole_images(
    client: RegistryClient, repository: str, tmp_path: Path
) -> None:
    stop = threading.Event()

    def push_without_end() -> None:
        number = 0
        while not stop.wait(0.01):
            push(client, repository, "moving", f"version {number}".encode())
            number += 1

    push(client, repository, "moving", b"the first")
    pusher = threading.Thread(target=push_without_end)
    pusher.start()
    try:
        for _ in range(20):
            layout = LayoutFolder(tmp_path)
            source = RegistryRepository(client, repository)
            copy_image(source, layout.in_repository(repository), "moving", name="moving")
            layout.save()
    finally:
        stop.set()
        pusher.join()
    kept = LayoutFolder.open(tmp_path).in_repository(repository)
    target = RegistryRepository(client, f"{repository}-back")
    copied = copy_image(kept, target, "moving", name="moving")
    assert target.manifest("moving").content == kept.manifest("moving").content
    assert copied.blobs


@pytest.mark.skipif(not shutil.which("skopeo"), reason="skopeo is not installed")
def test_skopeo_reads_the_layout(client: RegistryClient, repository: str, tmp_path: Path) -> None:
    digest = push_index(client, repository, "1.0")
    layout = LayoutFolder(tmp_path)
    source = RegistryRepository(client, repository)
    copy_image(source, layout.in_repository(repository), "1.0", name="1.0")
    layout.save()
    command = ["skopeo", "inspect", "--raw", f"oci:{tmp_path}:{repository}:1.0"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    assert Digest.of(raw) == digest
