from __future__ import annotations

import pytest

from regnb.errors import ManifestBlobMissing, ManifestNotFound, ManifestRefused, RepositoryNotFound
from regnb.oci import Digest, ImageIndex, ImageManifest, media_types
from regnb.registry import RegistryClient
from tests.contract.images import CONFIG, push, push_artifact
from tests.oci import samples


def test_registry_is_recognised(client: RegistryClient) -> None:
    assert client.ping() == "registry/2.0"
    assert not client.probe().needs_credentials


def test_manifest_comes_back_by_tag_and_by_digest(client: RegistryClient, repository: str) -> None:
    digest = push(client, repository)
    by_tag = client.get_manifest(repository, "1.0")
    assert isinstance(by_tag, ImageManifest)
    assert by_tag.digest == digest
    assert client.get_manifest(repository, digest) == by_tag
    assert client.get_config(repository, by_tag).content == CONFIG


def test_head_tells_what_get_gives(client: RegistryClient, repository: str) -> None:
    digest = push(client, repository)
    described = client.head_manifest(repository, "1.0")
    content = client.get_manifest(repository, digest).content
    assert (described.digest, described.size) == (digest, len(content))
    assert described.media_type == media_types.OCI_MANIFEST


@pytest.mark.parametrize("media_type", [media_types.OCI_INDEX, media_types.DOCKER_LIST])
def test_index_keeps_its_type(client: RegistryClient, repository: str, media_type: str) -> None:
    push(client, repository)
    image = client.head_manifest(repository, "1.0").to_json()
    image["platform"] = {"os": "linux", "architecture": "amd64"}
    content = samples.encode({"schemaVersion": 2, "mediaType": media_type, "manifests": [image]})
    digest = client.put_manifest(repository, "all", content, media_type=media_type)
    index = client.get_manifest(repository, "all")
    assert isinstance(index, ImageIndex)
    assert (index.media_type, index.digest) == (media_type, digest)


def test_manifest_that_is_not_there(client: RegistryClient, repository: str) -> None:
    push(client, repository)
    for read in (client.get_manifest, client.head_manifest):
        with pytest.raises(ManifestNotFound):
            read(repository, "2.0")


def test_manifest_before_its_blobs_is_refused(client: RegistryClient, repository: str) -> None:
    content = samples.manifest(b"never sent", config=b"neither")
    with pytest.raises(ManifestBlobMissing):
        client.put_manifest(repository, "1.0", content, media_type=media_types.OCI_MANIFEST)


def test_manifest_that_is_none_is_refused(client: RegistryClient, repository: str) -> None:
    with pytest.raises(ManifestRefused):
        client.put_manifest(repository, "1.0", b"{", media_type=media_types.OCI_MANIFEST)


def test_deleted_manifest_takes_its_tags_along(client: RegistryClient, repository: str) -> None:
    digest = push(client, repository)
    push(client, repository, "latest")
    client.delete_manifest(repository, digest)
    with pytest.raises(ManifestNotFound):
        client.delete_manifest(repository, digest)
    assert client.list_tags(repository) == []


def test_tags_of_a_repository_that_is_not_there(client: RegistryClient) -> None:
    with pytest.raises(RepositoryNotFound):
        client.list_tags("contract/nowhere")


def test_image_without_referrers(client: RegistryClient, repository: str) -> None:
    subject = push(client, repository)
    assert client.list_referrers(repository, subject) == []
    assert client.list_referrers(repository, Digest.of(b"nothing")) == []


def test_referrers_are_listed_by_their_type(client: RegistryClient, repository: str) -> None:
    subject = push(client, repository)
    signature, sbom = (
        push_artifact(client, repository, subject, kind) for kind in ("test/signature", "test/sbom")
    )
    found = client.list_referrers(repository, subject)
    assert {entry.digest: entry.artifact_type for entry in found} == {
        signature: "test/signature",
        sbom: "test/sbom",
    }
    (only,) = client.list_referrers(repository, subject, artifact_type="test/sbom")
    assert (only.digest, only.annotations) == (sbom, {"made-by": "test"})
