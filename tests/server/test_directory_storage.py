"""The directory on the disk: what other tools see, and what faults do to it."""

from __future__ import annotations

import errno
import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from werkzeug.test import Client

from regnb.oci import Digest
from regnb.server import Config, DirectoryStorage, create_app

from .samples import CONFIG, LAYER, codes, image, push_blob, push_image, put

BLOB = b"content" * 1000


@pytest.fixture
def storage(tmp_path: Path) -> DirectoryStorage:
    return DirectoryStorage(tmp_path / "store")


@pytest.fixture
def client(storage: DirectoryStorage) -> Client:
    return Client(create_app(storage, Config(delete_enabled=True)))


def file_of(storage: DirectoryStorage, digest: Digest, name: str = "w3") -> Path:
    return storage.repository(name).blobs.path(digest)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGES = pytest.mark.parametrize("damage", [cut, empty, flip, Path.unlink])


def test_repository_is_an_image_layout(client: Client, storage: DirectoryStorage) -> None:
    digest, content = push_image(client, name="team/w3")
    layout = storage.path / "repositories" / "team+w3"
    assert json.loads((layout / "oci-layout").read_bytes()) == {"imageLayoutVersion": "1.0.0"}
    [entry] = json.loads((layout / "index.json").read_bytes())["manifests"]
    assert entry["annotations"] == {"org.opencontainers.image.ref.name": "1.0"}
    assert (layout / "blobs" / "sha256" / digest.hex).read_bytes() == content


def test_same_blob_is_one_file(client: Client, storage: DirectoryStorage) -> None:
    digest = push_blob(client, BLOB, "a")
    client.post(f"/v2/b/blobs/uploads/?mount={digest}&from=a")
    push_blob(client, BLOB, "c")
    inodes = {file_of(storage, digest, name).stat().st_ino for name in "abc"}
    assert len(inodes) == 1


def test_everything_is_there_after_a_restart(client: Client, storage: DirectoryStorage) -> None:
    digest, content = push_image(client)
    again = Client(create_app(DirectoryStorage(storage.path)))
    assert again.get("/v2/w3/manifests/1.0").data == content
    assert again.get(f"/v2/w3/manifests/{digest}").data == content
    assert again.get(f"/v2/w3/blobs/{Digest.of(LAYER)}").data == LAYER
    assert again.get("/v2/_catalog").get_json() == {"repositories": ["w3"]}


@DAMAGES
def test_damaged_blob_is_not_served_and_healed_by_a_push(
    client: Client, storage: DirectoryStorage, damage: object
) -> None:
    digest = push_blob(client, BLOB)
    damage(file_of(storage, digest))  # type: ignore[operator]
    for method in ("GET", "HEAD"):
        assert client.open(f"/v2/w3/blobs/{digest}", method=method).status_code == 404
    push_blob(client, BLOB)
    assert client.get(f"/v2/w3/blobs/{digest}").data == BLOB


@DAMAGES
def test_damaged_manifest_is_not_served_and_healed_by_a_push(
    client: Client, storage: DirectoryStorage, damage: object
) -> None:
    digest, content = push_image(client)
    damage(file_of(storage, digest))  # type: ignore[operator]
    assert codes(client.get("/v2/w3/manifests/1.0")) == (404, {"MANIFEST_UNKNOWN"})
    push_image(client)
    assert client.get("/v2/w3/manifests/1.0").data == content


@DAMAGES
def test_damaged_blob_is_missed_by_a_manifest(
    client: Client, storage: DirectoryStorage, damage: object
) -> None:
    for blob in (CONFIG, LAYER):
        push_blob(client, blob)
    damage(file_of(storage, Digest.of(LAYER)))  # type: ignore[operator]
    answer = put(client, "/v2/w3/manifests/1.0", image())
    assert codes(answer) == (400, {"MANIFEST_BLOB_UNKNOWN"})


def test_push_heals_other_repositories_too(client: Client, storage: DirectoryStorage) -> None:
    digest = push_blob(client, BLOB, "a")
    client.post(f"/v2/b/blobs/uploads/?mount={digest}&from=a")
    flip(file_of(storage, digest, "a"))
    push_blob(client, BLOB, "b")
    assert client.get(f"/v2/a/blobs/{digest}").data == BLOB


def test_file_with_another_time_is_believed_when_it_has_its_digest(
    client: Client, storage: DirectoryStorage
) -> None:
    digest = push_blob(client, BLOB)
    path = file_of(storage, digest)
    sealed = path.stat().st_mtime_ns
    path.touch()
    assert client.get(f"/v2/w3/blobs/{digest}").data == BLOB
    assert path.stat().st_mtime_ns == sealed


@pytest.mark.parametrize("damage", [cut, empty])
def test_damaged_index_is_healed_by_a_push(
    client: Client, storage: DirectoryStorage, damage: object
) -> None:
    push_image(client)
    damage(storage.path / "repositories" / "w3" / "index.json")  # type: ignore[operator]
    assert client.get("/v2/w3/manifests/1.0").status_code == 404
    push_image(client)
    assert client.get("/v2/w3/manifests/1.0").status_code == 200


def files_in(storage: DirectoryStorage) -> dict[str, int]:
    paths = [path for path in storage.path.rglob("*") if path.is_file() and path.name != "lock"]
    return {str(path): path.stat().st_size for path in paths}


@contextmanager
def no_room_for_more_than(size: int) -> Iterator[None]:
    """Files cannot grow beyond `size` bytes in this process: EFBIG, as ENOSPC on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_full_disk_refuses_a_blob_and_keeps_nothing(
    client: Client, storage: DirectoryStorage
) -> None:
    digest = Digest.of(BLOB)
    push_image(client)
    before = files_in(storage)
    with no_room_for_more_than(2000):
        answer = client.post(f"/v2/w3/blobs/uploads/?digest={digest}", data=BLOB)
    assert codes(answer) == (507, {"BLOB_UPLOAD_INVALID"})
    assert files_in(storage) == before
    assert push_blob(client, BLOB) == digest


def test_full_disk_keeps_the_upload_as_it_was(client: Client) -> None:
    place = client.post("/v2/w3/blobs/uploads/").headers["Location"]
    client.patch(place, data=BLOB[:1000])
    with no_room_for_more_than(2000):
        assert client.patch(place, data=BLOB[1000:]).status_code == 507
        assert client.get(place).headers["Range"] == "0-999"
    assert client.patch(place, data=BLOB[1000:]).status_code == 202
    assert client.put(f"{place}?digest={Digest.of(BLOB)}").status_code == 201


def test_full_disk_refuses_a_manifest_and_keeps_the_old_one(client: Client) -> None:
    _, content = push_image(client)
    with no_room_for_more_than(300):
        answer = put(client, "/v2/w3/manifests/1.0", image(annotations={"a": "b" * 300}))
    assert codes(answer) == (507, {"BLOB_UPLOAD_INVALID"})
    assert client.get("/v2/w3/manifests/1.0").data == content
    push_image(client, annotations={"a": "b" * 300})


def test_room_that_ends_while_writing_to_the_disk_for_good(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        digest = Digest.of(BLOB)
        answer = client.post(f"/v2/w3/blobs/uploads/?digest={digest}", data=BLOB)
        assert answer.status_code == 507
    assert client.get(f"/v2/w3/blobs/{digest}").status_code == 404
    push_blob(client, BLOB)


def test_upload_is_named_as_distribution_names_its_own(client: Client) -> None:
    place = client.post("/v2/w3/blobs/uploads/").headers["Location"]
    name = place.rpartition("/")[2]
    assert str(UUID(name)) == name


def test_uploads_of_a_dead_run_are_swept_and_those_of_a_live_one_are_not(
    client: Client, storage: DirectoryStorage
) -> None:
    place = client.post("/v2/w3/blobs/uploads/").headers["Location"]
    client.patch(place, data=BLOB)
    dead = storage.path / "uploads" / "dead"
    dead.mkdir()
    (dead / "half").write_bytes(BLOB)
    DirectoryStorage(storage.path)
    assert not dead.exists()
    assert client.put(f"{place}?digest={Digest.of(BLOB)}").status_code == 201


def test_refused_and_cancelled_uploads_leave_no_file(
    client: Client, storage: DirectoryStorage
) -> None:
    before = files_in(storage)
    place = client.post("/v2/w3/blobs/uploads/").headers["Location"]
    client.patch(place, data=BLOB)
    client.delete(place)
    client.post(f"/v2/w3/blobs/uploads/?digest={Digest.of(b'other')}", data=BLOB)
    assert files_in(storage) == before


def test_health_tells_of_a_storage_that_is_gone(client: Client, storage: DirectoryStorage) -> None:
    assert client.get("/health").status_code == 200
    storage.path.rename(storage.path.with_name("gone"))
    assert codes(client.get("/health")) == (503, {"UNSUPPORTED"})
