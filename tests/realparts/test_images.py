from __future__ import annotations

from regnb.oci import ImageConfig, ImageManifest, layers_of
from tests.realparts.images import Image, Recipe, Step, build
from tests.realparts.layers import Tree


def built() -> Image:
    base, pages = Tree(0), Tree(0)
    base.file("/etc/passwd", "root:x:0:0::/:/bin/sh\n")
    pages.file("/index.html", "hello")
    return build(
        Recipe(
            repository="library/nginx",
            tags=("latest",),
            created=1_700_000_000,
            architecture="amd64",
            steps=[Step("ADD base", base), Step("ENV A=b"), Step("COPY index.html", pages)],
            execution={"Env": ["A=b"]},
        )
    )


def test_image_has_a_layer_per_step_that_made_files() -> None:
    image = built()
    manifest = ImageManifest.parse(image.manifest, image.media_type)
    config = ImageConfig.parse(image.blobs[manifest.config.digest])
    layers = layers_of(manifest, config)
    assert [layer.created_by for layer in layers] == ["ADD base", "COPY index.html"]
    assert [entry.empty_layer for entry in config.history] == [False, True, False]
    assert {layer.digest for layer in layers} < image.blobs.keys()


def test_image_is_the_same_each_time() -> None:
    assert built() == built()
