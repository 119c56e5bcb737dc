from __future__ import annotations

import gzip
import io
import json
import tarfile

import pytest

from regnb.embedded.samples import LABEL, SampleRegistry, offered
from regnb.embedded.samples.recipes import LAYERS, gzip_of
from regnb.errors import ManifestNotFound
from regnb.oci import (
    Digest,
    ImageConfig,
    ImageIndex,
    ImageManifest,
    Platform,
    layers_of,
    media_types,
)
from tests.embedded.samples.record import tars

SAMPLES = SampleRegistry()
# The notebooks show these digests: whoever changes a sample builds them again.
DIGESTS = {
    "alpine:latest": "sha256:d30e71b0d999b9334aaba6f9d5d5d72eca1355f9dded54d00be4be6e8a545433",
    "alpine:3.21": "sha256:5db1ef5832d25cd56fc104510e1c4e028bc3397ffee664a41811a9f61de82b50",
    "busybox:latest": "sha256:7242f8d06436b87fdea75fec20017ab59feb11a772a8ce51dc45105153ad0bff",
    "hello-world:latest": "sha256:8ad425deb997ffc2f7e004867e8a1cc0301ac85da7e8bee344665f1dd761b437",
    "nginx:latest": "sha256:3a4ac4210a3944462a6735518d3ef413e3ef91ab4277026339a99be6b7e80e1a",
    "nginx:alpine": "sha256:e3c559819b5cec5958b1acd957bb7e7161efc7e2520edf733968a8adaf8b6d52",
    "registry:2.6": "sha256:67d447e0ab81c158bf997342a43b9e5a570e3d35342c259e9b027d3b6e4d24e8",
    "registry:2": "sha256:57ca66cd4dae7db207dc1be984dd6652a51a0d3b4f1fbde0020c03309f5d85aa",
    "registry:3": "sha256:d48a30e388d7e305eba4be11a260d5a2789879621a8ae1eac508472fe1e7dd7b",
}
# The same image under the names that people type.
ALIASES = {
    "alpine:3": "alpine:latest",
    "alpine:3.22": "alpine:latest",
    "nginx:1.29": "nginx:latest",
    "nginx:1-alpine": "nginx:alpine",
    "hello-world:linux": "hello-world:latest",
    "registry:latest": "registry:3",
    "registry:2.8.3": "registry:2",
}
MACHINES = [Platform.parse(text) for text in ("linux/amd64", "linux/arm/v7", "linux/arm64")]


def index_of(name: str) -> ImageIndex:
    repository, _, tag = f"library/{name}".partition(":")
    top = SAMPLES.get_manifest(repository, tag)
    assert isinstance(top, ImageIndex)
    return top


def manifest_in(name: str, digest: Digest) -> ImageManifest:
    manifest = SAMPLES.get_manifest(f"library/{name.partition(':')[0]}", digest)
    assert isinstance(manifest, ImageManifest)
    return manifest


def images_of(name: str) -> list[ImageManifest]:
    return [manifest_in(name, entry.digest) for entry in index_of(name).images]


@pytest.mark.parametrize(("name", "digest"), DIGESTS.items())
def test_sample_has_the_same_bytes_everywhere(name: str, digest: str) -> None:
    assert index_of(name).digest == digest


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_sample_has_the_names_that_people_type(alias: str, name: str) -> None:
    assert index_of(alias).digest == DIGESTS[name]


@pytest.mark.parametrize("name", DIGESTS)
def test_sample_is_a_consistent_image(name: str) -> None:
    repository = f"library/{name.partition(':')[0]}"
    for manifest in images_of(name):
        config = ImageConfig.parse(SAMPLES.get_blob(repository, manifest.config.digest))
        assert config.labels[LABEL] == "true"
        for layer in layers_of(manifest, config):
            content = gzip.decompress(SAMPLES.get_blob(repository, layer.digest))
            assert Digest.of(content) == layer.diff_id
            assert layer.size < len(content)
            assert layer.created_by
            with tarfile.open(fileobj=io.BytesIO(content)) as tar:
                assert tar.getnames()


def test_kept_gzips_are_those_of_the_layers_and_no_others() -> None:
    kept = {file: gzip.decompress(file.read_bytes()) for file in LAYERS.iterdir()}
    assert kept == {gzip_of(Digest.of(tar)): tar for tar in tars()}


@pytest.mark.parametrize("name", DIGESTS)
def test_sample_is_for_several_platforms_that_differ(name: str) -> None:
    index = index_of(name)
    found = [index.image_for(machine) for machine in MACHINES]
    manifests = [manifest_in(name, entry.digest) for entry in found if entry]
    assert len({manifest.layers[0].digest for manifest in manifests}) == len(MACHINES)


@pytest.mark.parametrize("name", set(DIGESTS) - {"registry:2.6"})
def test_each_image_of_a_sample_has_its_attestation(name: str) -> None:
    index = index_of(name)
    attestations = [entry for entry in index.manifests if entry.is_attestation]
    assert [entry.attested for entry in attestations] == [image.digest for image in index.images]
    assert {str(entry.platform) for entry in attestations} == {"unknown/unknown"}
    repository = f"library/{name.partition(':')[0]}"
    for entry in attestations:
        for layer in manifest_in(name, entry.digest).layers:
            assert layer.media_type == "application/vnd.in-toto+json"
            statement = json.loads(SAMPLES.get_blob(repository, layer.digest))
            assert statement["predicateType"] == layer.annotations["in-toto.io/predicate-type"]
            [subject] = statement["subject"]
            assert f"sha256:{subject['digest']['sha256']}" == entry.attested


def test_old_sample_has_the_formats_of_its_time() -> None:
    index = index_of("registry:2.6")
    assert index.media_type == media_types.DOCKER_LIST
    assert index.manifests == index.images
    manifests = images_of("registry:2.6")
    assert {manifest.media_type for manifest in manifests} == {media_types.DOCKER_MANIFEST}


def test_two_samples_share_their_base() -> None:
    alpine, registry = images_of("alpine:latest")[0], images_of("registry:2")[0]
    assert alpine.layers[0] == registry.layers[0]


def test_nginx_changes_a_file_of_an_older_layer_and_deletes_one() -> None:
    base, server = [files_of(layer.digest) for layer in images_of("nginx:latest")[0].layers[:2]]
    assert base["etc/passwd"] != server["etc/passwd"]
    assert "var/log/dpkg.log" in base
    assert "var/log/.wh.dpkg.log" in server


def files_of(layer: Digest) -> dict[str, int]:
    content = SAMPLES.get_blob("library/nginx", layer)
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return {member.name: member.size for member in tar}


def test_names_that_there_is_a_sample_of_are_told() -> None:
    assert offered("library/busybox") == [
        f"busybox:{tag}" for tag in ("1", "1.37", "1.37.0", "latest")
    ]
    for repository in ("library/python", "team/app"):
        assert offered(repository) == ["alpine", "busybox", "hello-world", "nginx", "registry"]


@pytest.mark.parametrize(("repository", "tag"), [("library/nginx", "0"), ("library/no", "latest")])
def test_there_is_no_sample_of_anything_else(repository: str, tag: str) -> None:
    with pytest.raises(ManifestNotFound):
        SAMPLES.get_manifest(repository, tag)
