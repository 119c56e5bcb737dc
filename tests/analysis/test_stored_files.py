from __future__ import annotations

import io
import os
import tarfile

import pytest

from regnb.analysis.stored_files import StoredFile, read_store
from regnb.oci import Digest

LAYERS = [b"small", os.urandom(5 << 20)]


def stored(digest: Digest, content: bytes) -> StoredFile:
    """What is read of a store with one blob."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo(
            f"registry/docker/registry/v2/blobs/sha256/{digest.hex[:2]}/{digest.hex}/data"
        )
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    [file] = read_store([buffer.getvalue()])
    return file


@pytest.mark.parametrize("content", LAYERS, ids=["small", "large"])
def test_blob_of_any_size_is_held_to_its_digest(content: bytes) -> None:
    digest = Digest.of(content)
    assert stored(digest, content).is_whole is True
    assert stored(digest, content[:-1]).is_whole is False
