from __future__ import annotations

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
