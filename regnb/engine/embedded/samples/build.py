"""From the recipe of a sample image to its blobs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from regnb.engine.embedded.samples.archive import gzip_of, tar_of
from regnb.engine.embedded.samples.recipe import FILES, Recipe, Step
from regnb.oci import Descriptor, Digest, Manifest, Platform, media_types, parse_manifest

LABEL = "regnb.sample"


@dataclass(slots=True)
class Sample:
    """A sample image: what its tags point to, and all contents by their digest."""

    top: Manifest
    contents: dict[Digest, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Types:
    manifest: str
    config: str
    layer: str


_OCI = _Types(media_types.OCI_MANIFEST, media_types.OCI_CONFIG, media_types.OCI_LAYER_GZIP)
_DOCKER = _Types(
    media_types.DOCKER_MANIFEST, media_types.DOCKER_CONFIG, media_types.DOCKER_LAYER_GZIP
)


def build(recipe: Recipe) -> Sample:
    """The sample image of `recipe`: a manifest, or an index when it has several platforms."""
    contents: dict[Digest, bytes] = {}
    entries = [_build_platform(recipe, platform, contents) for platform in recipe.platforms]
    if len(entries) == 1:
        top = entries[0]
    else:
        value = {
            "schemaVersion": 2,
            "mediaType": media_types.OCI_INDEX,
            "manifests": [entry.to_json() for entry in entries],
        }
        top = _keep(contents, media_types.OCI_INDEX, _encode(value))
    return Sample(parse_manifest(contents[top.digest], top.media_type), contents)


def _build_platform(
    recipe: Recipe, platform: Platform, contents: dict[Digest, bytes]
) -> Descriptor:
    types = _DOCKER if recipe.docker_media_types else _OCI
    tars = [_tar(step, platform.architecture) for step in recipe.steps if step.files]
    layers = [_keep(contents, types.layer, gzip_of(tar)) for tar in tars]
    config = _encode(_config(recipe, platform, [Digest.of(tar) for tar in tars]))
    value = {
        "schemaVersion": 2,
        "mediaType": types.manifest,
        "config": _keep(contents, types.config, config).to_json(),
        "layers": [layer.to_json() for layer in layers],
    }
    if not recipe.docker_media_types:
        value["annotations"] = {LABEL: "true"}
    return _keep(contents, types.manifest, _encode(value), platform)


def _config(recipe: Recipe, platform: Platform, diff_ids: list[Digest]) -> dict[str, object]:
    created = recipe.created.strftime("%Y-%m-%dT%H:%M:%SZ")
    execution: dict[str, object] = {
        "ExposedPorts": {port: {} for port in recipe.ports},
        "Env": recipe.environment,
        "Entrypoint": recipe.entrypoint,
        "Cmd": recipe.command,
        "Volumes": {folder: {} for folder in recipe.volumes},
        "WorkingDir": "/",
        "Labels": recipe.labels | {LABEL: "true"},
        "StopSignal": recipe.stop_signal,
    }
    return {
        **platform.to_json(),
        "created": created,
        "config": {key: value for key, value in execution.items() if value},
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": [_history(step, created) for step in recipe.steps],
    }


def _history(step: Step, created: str) -> dict[str, object]:
    empty: dict[str, object] = {} if step.files else {"empty_layer": True}
    return {"created": created, "created_by": step.created_by} | empty


def _tar(step: Step, architecture: str) -> bytes:
    return tar_of([FILES / name.format(architecture=architecture) for name in step.files])


def _encode(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _keep(
    contents: dict[Digest, bytes],
    media_type: str,
    content: bytes,
    platform: Platform | None = None,
) -> Descriptor:
    digest = Digest.of(content)
    contents[digest] = content
    return Descriptor(media_type, digest, len(content), platform)
