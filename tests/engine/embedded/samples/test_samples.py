from __future__ import annotations

import gzip
import io
import tarfile
import zlib

import pytest

from regnb.engine.embedded.samples import LABEL, SampleRegistry
from regnb.engine.embedded.samples.archive import gzip_of
from regnb.errors import ManifestNotFound
from regnb.oci import Digest, ImageConfig, ImageIndex, ImageManifest, Platform, layers_of

SAMPLES = SampleRegistry()
# The notebooks show these digests: whoever changes a sample builds them again.
DIGESTS = {
    "alpine:latest": "sha256:58fa409e2bc57eb2c9990cada8f69240e8f9bc10f5575cb3bd9d3561a61e06a1",
    "nginx:latest": "sha256:d633fe136a9e8ce496fa1c46c26aefee41deac5476b5f92c9fd5c372d59adea4",
    "nginx:alpine": "sha256:b9cf8b747de814ae42487cd27634d67886a6e3263c0fb46f3f0a36336c8de6aa",
    "registry:2.6": "sha256:bdca727dc06aedad38fe7d3900761b6772593770407970276e2edc7c7c8682a7",
    "registry:2": "sha256:1526ec7e53664e05aca1008f135473048e303ad21e466bd6f26b1400558bac9d",
    "registry:3": "sha256:215b88350be44e5b99150e69a4173178958c07021b35169ef8411c96a39376f5",
}


def manifests(name: str) -> list[ImageManifest]:
    repository, _, tag = f"library/{name}".partition(":")
    top = SAMPLES.get_manifest(repository, tag)
    if isinstance(top, ImageManifest):
        return [top]
    found = [SAMPLES.get_manifest(repository, entry.digest) for entry in top.manifests]
    return [manifest for manifest in found if isinstance(manifest, ImageManifest)]


@pytest.mark.parametrize(("name", "digest"), DIGESTS.items())
def test_sample_has_the_same_bytes_everywhere(name: str, digest: str) -> None:
    repository, _, tag = f"library/{name}".partition(":")
    assert SAMPLES.get_manifest(repository, tag).digest == digest


@pytest.mark.parametrize("name", DIGESTS)
def test_sample_is_a_consistent_image(name: str) -> None:
    repository = f"library/{name.partition(':')[0]}"
    for manifest in manifests(name):
        config = ImageConfig.parse(SAMPLES.get_blob(repository, manifest.config.digest))
        assert config.labels[LABEL] == "true"
        assert len(manifest.layers) >= 2
        for layer in layers_of(manifest, config):
            content = gzip.decompress(SAMPLES.get_blob(repository, layer.digest))
            assert Digest.of(content) == layer.diff_id
            assert layer.created_by
            with tarfile.open(fileobj=io.BytesIO(content)) as tar:
                assert tar.getnames()


def test_two_samples_share_their_base() -> None:
    alpine, registry = manifests("alpine:latest")[0], manifests("registry:2")[0]
    assert alpine.layers[0] == registry.layers[0]


def test_one_sample_has_several_platforms() -> None:
    index = SAMPLES.get_manifest("library/alpine", "latest")
    assert isinstance(index, ImageIndex)
    assert index.image_for(Platform.parse("linux/arm64")) is not None
    assert len({manifest.digest for manifest in manifests("alpine:latest")}) == 3


@pytest.mark.parametrize(("repository", "tag"), [("library/nginx", "0"), ("library/no", "latest")])
def test_there_is_no_sample_of_anything_else(repository: str, tag: str) -> None:
    with pytest.raises(ManifestNotFound):
        SAMPLES.get_manifest(repository, tag)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 200_000])
def test_gzip_holds_the_content(size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert zlib.decompress(gzip_of(content), wbits=31) == content
