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
    "alpine:latest": "sha256:2ca6b75f3368c8525703ffbfd19d9ca43d21f979b22b83ce3a337836fc94d982",
    "nginx:latest": "sha256:90b6f073dce28c3bc0f10f94c304f08fcae084a75599dbb3ea3f47fade2cb38e",
    "nginx:alpine": "sha256:6a9e75e90c0294cbabf57bb95c908e02fff4b801cc4fd9d3778e2361bbc4851e",
    "registry:2.6": "sha256:a5f28fa889805fb6c9d91e7d5402329a8943841997cdd8388fc74929c2744242",
    "registry:2": "sha256:4e843b6bb95722af556498276ee27e9d746b8ed1e1457ee7540b2e12a0499276",
    "registry:3": "sha256:e96ceabab3b993936194d1e97577b3918f6187fb2e0d9f5addb2bf4332ac354c",
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
