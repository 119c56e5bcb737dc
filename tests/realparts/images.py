"""From steps to an image: config, layers and manifest, as bytes and by digest."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from regnb.oci import Descriptor, Digest, media_types
from tests.realparts.layers import Tree, compressed


@dataclass(frozen=True)
class Step:
    """An instruction of a build, and the files that it made; None when it made none."""

    created_by: str
    tree: Tree | None = None


@dataclass(frozen=True)
class Recipe:
    """An image to build; `created` in seconds since 1970, `execution` as in its config."""

    repository: str
    tags: tuple[str, ...]
    created: int
    architecture: str
    steps: list[Step]
    execution: dict[str, object]


@dataclass
class Image:
    """A built image: its manifest and the blobs that the manifest names."""

    manifest: bytes = b""
    media_type: str = media_types.DOCKER_MANIFEST
    blobs: dict[Digest, bytes] = field(default_factory=dict)

    def keep(self, media_type: str, content: bytes) -> Descriptor:
        """Store a blob; gives its descriptor."""
        digest = Digest.of(content)
        self.blobs[digest] = content
        return Descriptor(media_type, digest, len(content))


def build(recipe: Recipe) -> Image:
    """The image of `recipe`; the same files give the same digests."""
    image = Image()
    tars = [step.tree.tar() for step in recipe.steps if step.tree]
    layers = [image.keep(media_types.DOCKER_LAYER_GZIP, compressed(tar)) for tar in tars]
    config = _encode(_config(recipe, [Digest.of(tar) for tar in tars]))
    value = {
        "schemaVersion": 2,
        "mediaType": image.media_type,
        "config": image.keep(media_types.DOCKER_CONFIG, config).to_json(),
        "layers": [layer.to_json() for layer in layers],
    }
    image.manifest = _encode(value)
    return image


def _config(recipe: Recipe, diff_ids: list[Digest]) -> dict[str, object]:
    created = datetime.fromtimestamp(recipe.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    history = [
        {"created": created, "created_by": step.created_by}
        | ({} if step.tree else {"empty_layer": True})
        for step in recipe.steps
    ]
    return {
        "architecture": recipe.architecture,
        "os": "linux",
        "created": created,
        "config": recipe.execution,
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": history,
    }


def _encode(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
