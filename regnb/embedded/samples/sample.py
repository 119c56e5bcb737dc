"""From the recipe of a sample image to its index and blobs."""

from __future__ import annotations

from dataclasses import dataclass, field

from regnb.embedded.samples.image_builder import BuildStep, Image, build
from regnb.embedded.samples.layers import layer_of
from regnb.embedded.samples.recipes import Recipe
from regnb.oci import Digest, Manifest, Platform, parse_manifest
from regnb.oci.json import Json

LABEL = "regnb.sample"


@dataclass(slots=True)
class Sample:
    """A sample image: what its tags point to, and all contents by their digest."""

    top: Manifest
    contents: dict[Digest, bytes] = field(default_factory=dict)


def sample_of(recipe: Recipe) -> Sample:
    """The sample image of `recipe`."""
    name = f"{recipe.repository.rpartition('/')[2]}@{recipe.version}"
    images = (_image(recipe, platform) for platform in recipe.platforms)
    top, contents = build(name, images, docker_media_types=recipe.docker_media_types)
    return Sample(parse_manifest(contents.blobs[top.digest], top.media_type), contents.blobs)


def _image(recipe: Recipe, platform: Platform) -> Image:
    created = recipe.created.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Image(
        platform=platform,
        created=created,
        execution=_execution(recipe),
        steps=tuple(
            BuildStep(step.created_by, layer_of(step.files, platform) if step.files else None)
            for step in recipe.steps
        ),
        annotations={
            "org.opencontainers.image.created": created,
            "org.opencontainers.image.version": recipe.version,
            LABEL: "true",
        },
    )


def _execution(recipe: Recipe) -> Json:
    return {
        "ExposedPorts": {port: {} for port in recipe.ports},
        "Env": recipe.environment,
        "Entrypoint": recipe.entrypoint,
        "Cmd": recipe.command,
        "Volumes": {folder: {} for folder in recipe.volumes},
        "WorkingDir": "/",
        "Labels": recipe.labels | {LABEL: "true"},
        "StopSignal": recipe.stop_signal,
    }
