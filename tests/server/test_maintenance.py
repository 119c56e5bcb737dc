from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.test import Client

from regnb.oci import Digest
from regnb.oci.media_types import OCI_INDEX, OCI_MANIFEST
from regnb.server import Config, DirectoryStorage, create_app
from regnb.server.maintenance import Damage, Rules, collect_garbage, scrub

from .samples import CONFIG, LAYER, image, index, push_blob, push_image, put

LAYER_DIGEST = Digest.of(LAYER)
CONFIG_DIGEST = Digest.of(CONFIG)


@pytest.fixture
def storage(tmp_path: Path) -> DirectoryStorage:
    return DirectoryStorage(tmp_path / "store")


@pytest.fixture
def client(storage: DirectoryStorage) -> Client:
    return Client(create_app(storage, Config(delete_enabled=True)))


def collected(storage: DirectoryStorage, **rules: object) -> set[Digest]:
    found = collect_garbage(storage, Rules(**rules))  # type: ignore[arg-type]
    return {item.digest for item in found}


def status(client: Client, digest: Digest, method: str = "GET") -> int:
    return client.open(f"/v2/w3/blobs/{digest}", method=method).status_code


def test_what_is_used_stays(client: Client, storage: DirectoryStorage) -> None:
    digest, _ = push_image(client)
    client.delete("/v2/w3/manifests/1.0")
    assert collected(storage) == set()
    assert client.get(f"/v2/w3/manifests/{digest}").status_code == 200


def test_deleted_image_goes_at_once(client: Client, storage: DirectoryStorage) -> None:
    digest, _ = push_image(client)
    client.delete(f"/v2/w3/manifests/{digest}")
    assert status(client, LAYER_DIGEST) == 200
    assert collected(storage) == {digest, LAYER_DIGEST, CONFIG_DIGEST}
    assert status(client, LAYER_DIGEST) == 404
    assert collected(storage) == set()


def test_dry_run_removes_nothing(client: Client, storage: DirectoryStorage) -> None:
    digest, _ = push_image(client)
    client.delete(f"/v2/w3/manifests/{digest}")
    assert collected(storage, dry_run=True) == {digest, LAYER_DIGEST, CONFIG_DIGEST}
    assert status(client, LAYER_DIGEST) == 200


def test_untagged_goes_only_when_asked(client: Client, storage: DirectoryStorage) -> None:
    digest, _ = push_image(client)
    push_image(client, annotations={"newer": "yes"})
    assert collected(storage) == set()
    assert collected(storage, delete_untagged=True, dry_run=True) == {digest}
    assert client.head(f"/v2/w3/manifests/{digest}").status_code == 200
    assert collected(storage, delete_untagged=True) == {digest}
    assert client.head(f"/v2/w3/manifests/{digest}").status_code == 404


def test_tag_protects_through_an_index_and_referrers(
    client: Client, storage: DirectoryStorage
) -> None:
    digest, child = push_image(client, reference=Digest.of(image()))
    top = index(child)
    put(client, "/v2/w3/manifests/all", top, OCI_INDEX)
    subject = {"mediaType": OCI_INDEX, "digest": Digest.of(top), "size": len(top)}
    about = image(subject=subject, artifactType="application/x")
    put(client, f"/v2/w3/manifests/{Digest.of(about)}", about)
    assert collected(storage, delete_untagged=True) == set()
    assert client.get(f"/v2/w3/manifests/{digest}").data == child


def test_blobs_of_a_push_that_goes_on_stay(client: Client, storage: DirectoryStorage) -> None:
    for blob in (CONFIG, LAYER):
        push_blob(client, blob)
    assert collected(storage) == set()
    assert put(client, "/v2/w3/manifests/1.0", image()).status_code == 201


def test_blobs_of_a_push_that_never_ended_go(client: Client, storage: DirectoryStorage) -> None:
    push_blob(client, LAYER)
    assert collected(storage, lease_seconds=0) == {LAYER_DIGEST}


def test_mounted_blob_stays(client: Client, storage: DirectoryStorage) -> None:
    push_image(client, name="source")
    client.post(f"/v2/w3/blobs/uploads/?mount={LAYER_DIGEST}&from=source")
    assert collected(storage) == set()


def test_blob_that_a_client_was_told_of_comes_back(
    client: Client, storage: DirectoryStorage
) -> None:
    digest, content = push_image(client)
    client.delete(f"/v2/w3/manifests/{digest}")
    assert status(client, LAYER_DIGEST, "HEAD") == status(client, CONFIG_DIGEST, "HEAD") == 200
    assert collected(storage) == {digest, LAYER_DIGEST, CONFIG_DIGEST}
    assert status(client, LAYER_DIGEST) == 404
    assert put(client, "/v2/w3/manifests/1.0", content).status_code == 201
    assert client.get(f"/v2/w3/blobs/{LAYER_DIGEST}").data == LAYER


def test_blob_that_was_put_aside_is_thrown_away_in_the_end(
    client: Client, storage: DirectoryStorage
) -> None:
    digest, _ = push_image(client)
    client.delete(f"/v2/w3/manifests/{digest}")
    status(client, LAYER_DIGEST, "HEAD")
    collected(storage)
    aside = storage.repository("w3").aside(LAYER_DIGEST)
    assert aside.exists()
    collected(storage, lease_seconds=0)
    assert not aside.exists()


def test_scrub_of_a_sound_store(client: Client, storage: DirectoryStorage) -> None:
    push_image(client)
    assert list(scrub(storage)) == []


def test_scrub_finds_what_keeps_its_time(client: Client, storage: DirectoryStorage) -> None:
    import os

    push_image(client)
    path = storage.repository("w3").blobs.path(LAYER_DIGEST)
    sealed = path.stat().st_mtime_ns
    path.write_bytes(LAYER.upper())
    os.utime(path, ns=(sealed, sealed))
    assert list(scrub(storage)) == [Damage("w3", "content", LAYER_DIGEST)]
    push_blob(client, LAYER)
    assert list(scrub(storage)) == []


def test_scrub_names_each_kind_of_damage(client: Client, storage: DirectoryStorage) -> None:
    push_image(client)
    repository = storage.repository("w3")
    repository.blobs.path(LAYER_DIGEST).unlink()
    stray = repository.path / "blobs" / "sha256" / "readme"
    stray.touch()
    put(client, "/v2/other/manifests/1.0", index(), OCI_INDEX)
    (storage.repository("other").path / "index.json").write_bytes(b"")
    assert set(scrub(storage)) == {
        Damage("w3", "missing", LAYER_DIGEST),
        Damage("w3", "stray", str(stray)),
        Damage("other", "index", "index.json"),
    }


def test_manifest_types_are_known_to_the_collector(
    client: Client, storage: DirectoryStorage
) -> None:
    digest, _ = push_image(client)
    assert storage.repository("w3").tag_index().manifests[digest].media_type == OCI_MANIFEST
