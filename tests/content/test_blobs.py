from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from regnb.content.blobs import BlobFolder
from regnb.errors import DigestMismatch
from regnb.oci import Descriptor, Digest, media_types

CONTENT = b"some content of a layer"
DIGEST = Digest.of(CONTENT)
LAYER = Descriptor(media_types.OCI_LAYER, DIGEST, len(CONTENT))


@pytest.fixture
def blobs(tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path)


def test_blob_is_kept_under_its_digest(blobs: BlobFolder) -> None:
    assert blobs.put(CONTENT) == DIGEST
    assert blobs.read(DIGEST) == CONTENT
    assert list(blobs.digests()) == [DIGEST]


def test_blob_is_invisible_until_it_is_whole(blobs: BlobFolder) -> None:
    with blobs.resumed_blob(DIGEST) as blob:
        blob.append(CONTENT)
        assert not blobs.has(LAYER)
        blobs.keep(blob, DIGEST)
    assert blobs.has(LAYER)


def test_blob_goes_on_where_the_last_one_stopped(blobs: BlobFolder) -> None:
    with blobs.resumed_blob(DIGEST) as blob:
        blob.append(CONTENT[:5])
    with blobs.resumed_blob(DIGEST) as again:
        assert again.size == 5
        again.append(CONTENT[5:])
        blobs.keep(again, DIGEST)
    assert blobs.read(DIGEST) == CONTENT


def test_wrong_content_is_refused_and_forgotten(blobs: BlobFolder) -> None:
    with blobs.resumed_blob(DIGEST) as blob:
        blob.append(b"something else")
        with pytest.raises(DigestMismatch):
            blobs.keep(blob, DIGEST)
    assert not blobs.has(LAYER)
    with blobs.resumed_blob(DIGEST) as again:
        assert again.size == 0


def test_short_blob_is_not_there(blobs: BlobFolder) -> None:
    blobs.put(CONTENT)
    blobs.path(DIGEST).write_bytes(CONTENT[:3])
    assert not blobs.has(LAYER)


def test_delete_gives_the_bytes_freed(blobs: BlobFolder) -> None:
    blobs.put(CONTENT)
    assert blobs.delete(DIGEST) == len(CONTENT)
    assert blobs.delete(DIGEST) == 0


def test_blocks_are_stored_under_their_digest(blobs: BlobFolder) -> None:
    blobs.write(DIGEST, (CONTENT[:4], CONTENT[4:]))
    assert b"".join(blobs.blocks(DIGEST)) == CONTENT
    assert blobs.whole_size(DIGEST) == len(CONTENT)


def test_blocks_of_another_digest_leave_nothing(blobs: BlobFolder) -> None:
    with pytest.raises(DigestMismatch):
        blobs.write(DIGEST, (b"other",))
    assert list(blobs.digests()) == []
    assert blobs.delete_unfinished() == 0


def test_source_that_breaks_off_leaves_nothing(blobs: BlobFolder) -> None:
    def blocks() -> Iterator[bytes]:
        yield CONTENT[:4]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        blobs.write(DIGEST, blocks())
    assert blobs.delete_unfinished() == 0


def test_rewound_blob_goes_on_where_it_was(blobs: BlobFolder) -> None:
    blob = blobs.new_blob()
    with blob:
        blob.append(CONTENT[:4])
        before = blob.hasher.copy()
        blob.append(b"to be forgotten")
        blob.rewind(before)
    with blob:
        blob.append(CONTENT[4:])
    blobs.keep(blob, DIGEST)
    assert blobs.read(DIGEST) == CONTENT


def test_blob_may_be_kept_under_the_digest_of_another_algorithm(blobs: BlobFolder) -> None:
    digest = Digest.of(CONTENT, "sha512")
    blob = blobs.new_blob("sha256")
    blob.append(CONTENT)
    blobs.keep(blob, digest)
    assert blobs.read(digest) == CONTENT


def test_blob_is_on_the_disk_before_it_has_its_name(
    blobs: BlobFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.append(blobs.path(DIGEST).exists()))
    blobs.put(CONTENT)
    assert seen == [False]


def test_files_that_are_no_blobs_are_left_out(blobs: BlobFolder) -> None:
    blobs.put(CONTENT)
    (blobs.path(DIGEST).parent / "README").touch()
    assert list(blobs.digests()) == [DIGEST]
