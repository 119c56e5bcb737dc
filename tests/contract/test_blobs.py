from __future__ import annotations

import io
import secrets

import pytest

from regnb.errors import BlobNotFound, DigestRefused, SizeMismatch, UploadNotFound
from regnb.oci import Digest, Hasher
from regnb.registry import RegistryClient

UNKNOWN = Digest.of(b"nowhere")


def test_blob_comes_back_as_it_was_put(client: RegistryClient, repository: str) -> None:
    content = secrets.token_bytes(3_000_000)
    digest = client.put_blob(repository, content)
    assert digest == Digest.of(content)
    assert client.blob_exists(repository, digest)
    assert client.get_blob(repository, digest) == content


def test_empty_blob(client: RegistryClient, repository: str) -> None:
    digest = client.put_blob(repository, b"")
    assert client.get_blob(repository, digest) == b""
    assert client.blob_exists(repository, digest)


def test_blob_that_is_not_there(client: RegistryClient, repository: str) -> None:
    assert not client.blob_exists(repository, UNKNOWN)
    with pytest.raises(BlobNotFound) as caught:
        client.get_blob(repository, UNKNOWN)
    assert (caught.value.status, caught.value.code) == (404, "BLOB_UNKNOWN")


def test_upload_tells_its_progress(client: RegistryClient, repository: str) -> None:
    content = bytes(1_000_000)
    sent: list[int] = []
    stream = io.BytesIO(content)
    client.upload_blob(
        repository, Digest.of(content), stream, size=len(content), on_progress=sent.append
    )
    assert sent == sorted(set(sent))
    assert sent[-1] == len(content)


def test_upload_under_a_wrong_digest_is_refused(client: RegistryClient, repository: str) -> None:
    with pytest.raises(DigestRefused):
        client.upload_blob(repository, UNKNOWN, [b"other"], size=5)
    assert not client.blob_exists(repository, UNKNOWN)


@pytest.mark.parametrize("content", [b"four", b"sixsix"], ids=["short", "long"])
def test_upload_of_another_size_is_given_up(
    client: RegistryClient, repository: str, content: bytes
) -> None:
    with pytest.raises(SizeMismatch):
        client.upload_blob(repository, Digest.of(content), [content], size=5)
    assert not client.blob_exists(repository, Digest.of(content))


def test_download_goes_on_where_it_stopped(client: RegistryClient, repository: str) -> None:
    content = secrets.token_bytes(1_000_000)
    digest = client.put_blob(repository, content)
    hasher = Hasher()
    hasher.update(content[:400_000])
    rest = client.stream_blob(repository, digest, start=400_000, hasher=hasher)
    assert b"".join(rest) == content[400_000:]


def test_download_that_was_complete_brings_nothing(client: RegistryClient, repository: str) -> None:
    digest = client.put_blob(repository, b"all of it")
    hasher = Hasher()
    hasher.update(b"all of it")
    assert list(client.stream_blob(repository, digest, start=9, hasher=hasher)) == []


def test_chunks_make_a_blob(client: RegistryClient, repository: str) -> None:
    upload = client.start_upload(repository)
    for chunk in (b"a" * 1000, b"b", b"c" * 500):
        upload = client.put_chunk(upload, chunk)
    assert client.upload_status(upload).offset == upload.offset == 1501
    digest = Digest.of(b"a" * 1000 + b"b" + b"c" * 500)
    client.finish_upload(upload, digest)
    assert client.blob_exists(repository, digest)


def test_cancelled_upload_is_gone(client: RegistryClient, repository: str) -> None:
    upload = client.put_chunk(client.start_upload(repository), b"start")
    client.cancel_upload(upload)
    with pytest.raises(UploadNotFound):
        client.upload_status(upload)


def test_mount_takes_a_blob_over(client: RegistryClient, repository: str) -> None:
    digest = client.put_blob(f"{repository}/source", b"shared")
    assert client.mount_blob(repository, digest, source=f"{repository}/source")
    assert client.get_blob(repository, digest) == b"shared"


def test_mount_of_nothing_is_told(client: RegistryClient, repository: str) -> None:
    client.put_blob(f"{repository}/source", b"another")
    assert not client.mount_blob(repository, UNKNOWN, source=f"{repository}/source")
