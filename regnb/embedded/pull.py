"""Pulling an image, with Docker's progress stream."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from functools import partial
from typing import TypeAlias

from regnb.compression import DAMAGE, unpacked
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.downloads import Download
from regnb.embedded.platforms import mismatch
from regnb.embedded.refusal import Refusal, write_failed
from regnb.embedded.remote.pull_sources import PullSource
from regnb.errors import RegnbError
from regnb.oci import (
    Descriptor,
    Digest,
    Hasher,
    ImageConfig,
    ImageIndex,
    ImageManifest,
    ImageReference,
    Manifest,
    Platform,
    media_types,
)
from regnb.registry import Credentials

Line: TypeAlias = dict[str, object]
_INTERVAL = 0.1
_MISMATCH = "layers from manifest don't match image configuration"


def pull(
    engine: EmbeddedEngine,
    name: ImageReference,
    platform: Platform | None,
    credentials: Credentials | None,
    *,
    all_tags: bool = False,
) -> Iterator[Line]:
    """Pull `name`, or all tags of its repository; gives the lines of the progress stream.

    Raises Refusal.
    """
    tags = engine.pull_sources.ask(name, credentials, _tags) if all_tags else []
    fresh = False
    for one in map(name.with_tag, tags) if all_tags else (name,):
        is_other = yield from _pull_one(engine, one, platform, credentials)
        fresh = fresh or is_other
    word = "Downloaded newer image" if fresh else "Image is up to date"
    yield {"status": f"Status: {word} for {name.name if all_tags else name.familiar}"}
    if platform and not all_tags:  # an image that is no index is taken all the same
        told = mismatch(str(name), engine.images.find(str(name)).config.platform, platform)
        if told:
            yield {"status": f"WARNING: {told}"}


def _tags(source: PullSource) -> list[str]:
    return source.ask(partial(source.client.list_tags, source.repository))


def _pull_one(
    engine: EmbeddedEngine,
    reference: ImageReference,
    platform: Platform | None,
    credentials: Credentials | None,
) -> Generator[Line, None, bool]:
    """Pull `reference`; returns whether the name means another image than before."""
    source = engine.pull_sources.find(reference, credentials)
    while True:
        try:
            return (yield from _pull_from(engine, source, reference, platform))
        except Refusal:
            raise
        except RegnbError as error:  # nothing has its name yet: another place can still give it
            source = engine.pull_sources.instead_of(source, reference, error)


def _pull_from(
    engine: EmbeddedEngine, source: PullSource, reference: ImageReference, platform: Platform | None
) -> Generator[Line, None, bool]:
    """Pull `reference` from `source`; raises RegnbError when it, or the way to it, fails."""
    wanted = platform or engine.platform
    shown = reference.familiar if reference.digest else reference.tag
    start: Line = {"status": f"Pulling from {reference.repository}", "id": shown}
    top = source.get_top(reference.reference)
    if isinstance(top, ImageIndex) and top.image_for(wanted) is None:
        yield start  # Docker chooses from an index only after it has said so much
        raise Refusal(404, f"no matching manifest for {wanted} in the manifest list entries")
    manifest, config = source.ask(partial(_documents, source, top, reference, wanted))
    image = ImageConfig.parse(config)
    yield start
    if source.note:
        yield {"status": source.note}
    parts = [manifest.config.digest, *(layer.digest for layer in manifest.layers)]
    _check_layers(manifest, image)
    _check_system(image)
    with engine.images.lease(parts):
        engine.images.blobs.write(manifest.config.digest, (config,))
        # Docker tells nothing of the layers of a known image.
        if not _is_here(engine, manifest, image.digest):
            yield from _layers(engine, source, manifest)
            _check_contents(engine, manifest, image)
        fresh = _keep(engine, reference, manifest, top.digest, source.registry)
    yield {"status": f"Digest: {top.digest}"}
    return fresh


def _documents(
    source: PullSource, top: Manifest, reference: ImageReference, platform: Platform
) -> tuple[ImageManifest, bytes]:
    """The manifest for `platform`, and its config."""
    manifest = _for_platform(source, top, reference, platform)
    return manifest, source.client.get_blob(source.repository, manifest.config.digest)


def _for_platform(
    source: PullSource, top: Manifest, reference: ImageReference, platform: Platform
) -> ImageManifest:
    """The manifest for `platform`, which is `top` itself unless that is an index."""
    entry = top.image_for(platform) if isinstance(top, ImageIndex) else None
    if entry:
        top = source.client.get_manifest(source.repository, entry.digest)
    if not isinstance(top, ImageManifest) or not media_types.is_config(top.config.media_type):
        kind = top.config.media_type if isinstance(top, ImageManifest) else top.media_type
        raise Refusal(
            500, f"{reference.familiar} is no image but an artifact: unsupported type {kind}"
        )
    return top


def _check_system(config: ImageConfig) -> None:
    """Raise Refusal for an image that no engine on Linux can have, in moby's words."""
    system = config.platform.os
    if system not in {"", "linux"}:
        raise Refusal(
            500,
            f'image operating system "{system}" cannot be used on this platform: '
            "operating system is not supported",
        )


def _check_contents(engine: EmbeddedEngine, manifest: ImageManifest, config: ImageConfig) -> None:
    """Raise Refusal when a layer unpacks to something else than `config` says."""
    pairs = set(zip(manifest.digests, config.diff_ids, strict=True))
    for image in engine.images.images():
        pairs -= set(zip(image.manifest.digests, image.config.diff_ids, strict=False))
    for digest, diff_id in pairs:
        hasher = Hasher()
        try:
            with engine.images.blobs.path(digest).open("rb") as file:
                for block in unpacked(file):
                    hasher.update(block)
        except DAMAGE as error:
            raise Refusal(500, f"failed to register layer: {error}") from error
        if hasher.digest != diff_id:
            raise Refusal(500, _MISMATCH)


def _check_layers(manifest: ImageManifest, config: ImageConfig) -> None:
    """Raise Refusal for what only looks like an image, as the attestation of one does."""
    for layer in manifest.layers:
        if not media_types.is_layer(layer.media_type):
            raise Refusal(500, f"unsupported media type {layer.media_type}")
    if len(manifest.layers) != len(config.diff_ids):
        raise Refusal(500, _MISMATCH)


def _keep(
    engine: EmbeddedEngine,
    reference: ImageReference,
    manifest: ImageManifest,
    digest: str,
    source: str,
) -> bool:
    """Give the image its names; whether `reference` meant another one before."""
    try:
        former = engine.images.find_any(str(reference)).image_id
    except Refusal:
        former = None
    by_digest = ImageReference.parse(f"{reference.registry}/{reference.repository}@{digest}")
    names = [] if reference.digest else [reference]
    # As in Docker, the digest of an index stays with the first of its images that came.
    image_id = Digest.of(engine.images.blobs.read(manifest.config.digest))
    if engine.images.holder_of(by_digest) in {None, image_id}:
        names.append(by_digest)
    image = engine.images.add(manifest, names, source=source)
    engine.events.tell("image", "pull", reference.familiar, name=reference.name)
    return image.image_id != former


def _is_here(engine: EmbeddedEngine, manifest: ImageManifest, image_id: Digest) -> bool:
    known = {image.image_id for image in engine.images.images() if not image.damage}
    layers = all(engine.images.blobs.has(layer) for layer in manifest.layers)
    return image_id in known and layers


def _layers(engine: EmbeddedEngine, source: PullSource, manifest: ImageManifest) -> Iterator[Line]:
    """Bring the layers that are missing; raises Refusal."""
    layers = {layer.digest: layer for layer in manifest.layers}.values()
    missing = []
    for layer in layers:
        here = engine.images.blobs.has(layer)
        yield _line(layer, "Already exists" if here else "Pulling fs layer")
        missing += [] if here else [layer]
    downloads = [engine.downloads.join(layer, partial(_fetch, source, layer)) for layer in missing]
    try:
        yield from _watch(engine, downloads)
    finally:
        for download in downloads:
            engine.downloads.leave(download)
    for layer in missing:
        yield _line(layer, "Pull complete")


def _fetch(source: PullSource, layer: Descriptor, start: int, hasher: Hasher) -> Iterator[bytes]:
    return source.client.stream_blob(source.repository, layer.digest, start=start, hasher=hasher)


def _watch(engine: EmbeddedEngine, downloads: list[Download]) -> Iterator[Line]:
    """What happens to `downloads` until all are done; raises Refusal when one fails."""
    told = dict.fromkeys((download.descriptor.digest for download in downloads), (0, 0))
    while True:
        finished = all(download.done for download in downloads)
        for download in downloads:
            steps, received = told[download.descriptor.digest]
            yield from _news(download, steps, received)
            told[download.descriptor.digest] = len(download.steps), download.received
            if download.failure:
                raise _refusal_for(download.failure)
        if finished:
            return
        with engine.downloads.changed:
            engine.downloads.changed.wait(_INTERVAL)
        time.sleep(_INTERVAL / 10)


def _news(download: Download, steps: int, received: int) -> Iterator[Line]:
    if download.received > received and not download.done:
        detail = {"current": download.received, "total": download.descriptor.size}
        yield _line(download.descriptor, "Downloading", detail)
    for step in download.steps[steps:]:
        yield _line(download.descriptor, step)


def _refusal_for(error: Exception) -> Exception:
    """`error` when it is told elsewhere, else the refusal for it."""
    if isinstance(error, Refusal | RegnbError):
        return error
    return write_failed(error) if isinstance(error, OSError) else Refusal(500, str(error))


def _line(layer: Descriptor, status: str, detail: dict[str, int] | None = None) -> Line:
    return {"status": status, "progressDetail": detail or {}, "id": layer.digest.short}
