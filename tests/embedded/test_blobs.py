from __future__ import annotations

from pathlib import Path

import pytest

from regnb.embedded.blobs import BlobStore, write_atomically
from regnb.errors import DigestMismatch
from regnb.oci import Descriptor, Digest, media_types

CONTENT = b"some content of a layer"
DIGEST = Digest.of(CONTENT)
LAYER = Descriptor(media_types.OCI_LAYER, DIGEST, len(CONTENT))


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path)


def test_blob_is_kept_under_its_digest(blobs: BlobStore) -> None:
    assert blobs.put(CONTENT) == DIGEST
    assert blobs.read(DIGEST) == CONTENT
    assert list(blobs.digests()) == [DIGEST]


def test_ingest_is_invisible_until_it_is_whole(blobs: BlobStore) -> None:
    with blobs.ingest(DIGEST) as ingest:
        ingest.append(CONTENT)
        assert not blobs.has(LAYER)
        ingest.commit()
    assert blobs.has(LAYER)


def test_ingest_goes_on_where_the_last_one_stopped(blobs: BlobStore) -> None:
    with blobs.ingest(DIGEST) as ingest:
        ingest.append(CONTENT[:5])
    with blobs.ingest(DIGEST) as again:
        assert again.size == 5
        again.append(CONTENT[5:])
        again.commit()
    assert blobs.read(DIGEST) == CONTENT


def test_wrong_content_is_refused_and_forgotten(blobs: BlobStore) -> None:
    with blobs.ingest(DIGEST) as ingest:
        ingest.append(b"something else")
        with pytest.raises(DigestMismatch):
            ingest.commit()
    assert not blobs.has(LAYER)
    with blobs.ingest(DIGEST) as again:
        assert again.size == 0


def test_short_blob_is_not_there(blobs: BlobStore) -> None:
    blobs.put(CONTENT)
    blobs.path(DIGEST).write_bytes(CONTENT[:3])
    assert not blobs.has(LAYER)


def test_delete_gives_the_bytes_freed(blobs: BlobStore) -> None:
    blobs.put(CONTENT)
    assert blobs.delete(DIGEST) == len(CONTENT)
    assert blobs.delete(DIGEST) == 0


def test_write_atomically_replaces(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"1")
    write_atomically(path, b"2")
    assert path.read_bytes() == b"2"
    assert list(tmp_path.iterdir()) == [path]
