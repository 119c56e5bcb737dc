from __future__ import annotations

import gzip
import io
import tarfile

import pytest

from regnb.embedded.samples import LABEL, offered
from regnb.errors import ManifestNotFound
from regnb.oci import (
    Digest,
    ImageConfig,
    Platform,
    layers_of,
)
from tests.embedded.samples.reading import DIGESTS, SAMPLES, images_of, index_of, manifest_in

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


@pytest.mark.parametrize("name", DIGESTS)
def test_sample_is_for_several_platforms_that_differ(name: str) -> None:
    index = index_of(name)
    found = [index.image_for(machine) for machine in MACHINES]
    manifests = [manifest_in(name, entry.digest) for entry in found if entry]
    assert len({manifest.layers[0].digest for manifest in manifests}) == len(MACHINES)


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
