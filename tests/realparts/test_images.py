from __future__ import annotations

import pytest

from regnb.embedded.samples.image_builder import Contents
from regnb.oci import Descriptor, ImageConfig, ImageIndex, ImageManifest, layers_of, media_types
from tests.realparts.images import NOT_RUN, Recipe, Step, build
from tests.realparts.layers import Tree


def built(architecture: str = "amd64", *, old: bool = False) -> tuple[Descriptor, Contents]:
    base, pages = Tree(0), Tree(0)
    base.file("/etc/passwd", "root:x:0:0::/:/bin/sh\n")
    pages.file("/index.html", "hello")
    pages.delete("/etc/passwd")
    return build(
        Recipe(
            repository="library/nginx",
            tags=("latest",),
            created=1_700_000_000,
            architecture=architecture,
            steps=[Step("ADD base", base), Step("ENV A=b"), Step("COPY index.html", pages)],
            execution={"Env": ["A=b"]},
            docker_media_types=old,
        )
    )


def index_of(top: Descriptor, contents: Contents) -> ImageIndex:
    return ImageIndex.parse(contents.blobs[top.digest], top.media_type)


def test_image_has_a_layer_per_step_that_made_files() -> None:
    top, contents = built()
    for entry in index_of(top, contents).images:
        manifest = ImageManifest.parse(contents.blobs[entry.digest], entry.media_type)
        config = ImageConfig.parse(contents.blobs[manifest.config.digest])
        layers = layers_of(manifest, config)
        assert config.platform == entry.platform
        assert [layer.created_by for layer in layers] == ["ADD base", "COPY index.html"]
        assert [one.empty_layer for one in config.history] == [False, True, False]
        assert {layer.digest for layer in layers} < contents.blobs.keys()


@pytest.mark.parametrize("architecture", ["amd64", "arm64", "riscv64"])
def test_image_of_another_platform_says_whose_files_it_has(architecture: str) -> None:
    own, *others = index_of(*built(architecture)).images
    assert own.platform
    assert own.platform.architecture == architecture
    assert NOT_RUN not in own.annotations
    assert others
    assert {other.annotations[NOT_RUN] for other in others} == {str(own.platform)}


def test_each_image_has_its_attestation_unless_it_is_old() -> None:
    index = index_of(*built())
    attested = {entry.attested for entry in index.manifests if entry.is_attestation}
    assert attested == {image.digest for image in index.images}
    old = index_of(*built(old=True))
    assert old.media_type == media_types.DOCKER_LIST
    assert old.manifests == old.images


def test_image_is_the_same_each_time() -> None:
    assert built() == built()
