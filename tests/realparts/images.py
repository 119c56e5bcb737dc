"""From steps to an image of the stand-in for Docker Hub, which has the shape of those there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from regnb.embedded.samples import image_builder as samples
from regnb.oci import Descriptor, Digest, Platform
from regnb.oci.json import Json
from tests.realparts.layers import Tree, compressed

NOT_RUN = "regnb.files-of"
# One more than the machine's own, so that an engine has something to choose from.
_OTHERS = (Platform("linux", "amd64"), Platform("linux", "arm64", "v8"))


@dataclass(frozen=True)
class Step:
    """An instruction of a build, and the files that it made; None when it made none."""

    created_by: str
    tree: Tree | None = None


@dataclass(frozen=True)
class Recipe:
    """An image to build; `created` in seconds since 1970, `execution` as in its config.

    `docker_media_types` is for an image of the time before OCI's.
    """

    repository: str
    tags: tuple[str, ...]
    created: int
    architecture: str
    steps: list[Step]
    execution: Json
    docker_media_types: bool = False


def build(recipe: Recipe) -> tuple[Descriptor, samples.Contents]:
    """The index of `recipe`, and what it leads to; the same files give the same digests.

    The binaries are those of this machine. So the image for another platform has the same layers,
    says in an annotation of which platform they are, and could not run there.
    """
    name = f"{recipe.repository.rpartition('/')[2]}@{recipe.tags[0]}"
    return samples.build(name, _images(recipe), docker_media_types=recipe.docker_media_types)


def _images(recipe: Recipe) -> Iterator[samples.Image]:
    own = next(
        (one for one in _OTHERS if one.architecture == recipe.architecture),
        Platform("linux", recipe.architecture),
    )
    created = datetime.fromtimestamp(recipe.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    steps = tuple(samples.BuildStep(step.created_by, _layer(step)) for step in recipe.steps)
    for platform in (own, *(other for other in _OTHERS if other != own)):
        notes = {} if platform == own else {NOT_RUN: str(own)}
        yield samples.Image(platform, created, recipe.execution, steps, notes)


def _layer(step: Step) -> samples.BuiltLayer | None:
    if step.tree is None:
        return None
    tar = step.tree.tar()
    return samples.BuiltLayer(compressed(tar), Digest.of(tar))
