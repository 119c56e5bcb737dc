"""Pushing an image, with Docker's progress stream.

The manifest goes out byte for byte as it came in, so an image keeps its digest on its way from one
registry to another.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.image_store import StoredImage
from regnb.embedded.refusal import Refusal
from regnb.embedded.remote.docker_messages import registry_refusal
from regnb.errors import RegistryError
from regnb.oci import Descriptor, Digest, ImageManifest, ImageReference
from regnb.registry import Credentials, RegistryClient

Line: TypeAlias = dict[str, object]
_PARALLEL = 5
# A line for each block would be more text than layer.
_REPORT_EVERY = 512 * 1024


def push(
    engine: EmbeddedEngine,
    repository: ImageReference,
    tag: str,
    credentials: Credentials | None,
) -> Iterator[Line]:
    """Push `tag` of `repository`, or all its tags; gives the lines of the progress stream.

    Raises Refusal, after the first line.
    """
    yield {"status": f"The push refers to repository [{_long_name(repository)}]"}
    wanted = [repository.with_tag(tag)] if tag else _tags_of(engine, repository)
    missing = f"An image does not exist locally with the tag: {repository.name}"
    if not wanted:
        raise Refusal(404, missing)
    for reference in wanted:
        try:
            image = engine.images.find(str(reference))
        except Refusal as refusal:
            if _tags_of(engine, repository):
                missing = f"tag does not exist: {reference.familiar}"
            raise Refusal(404, missing) from refusal
        yield from _push_one(engine, image, reference, credentials)


def _push_one(
    engine: EmbeddedEngine,
    image: StoredImage,
    reference: ImageReference,
    credentials: Credentials | None,
) -> Iterator[Line]:
    stored = image.manifest_of(reference)
    content = engine.images.blobs.read(stored.digest)
    manifest = ImageManifest.parse(content, stored.media_type)
    host = engine.places.host if reference.registry == "docker.io" else reference.registry
    try:
        with engine.registries.open(host, credentials) as client:
            job = _Push(engine, client, reference, image)
            yield from job.layers(manifest)
            job.blob(manifest.config)
            tag = reference.tag or ""
            client.put_manifest(reference.repository, tag, content, media_type=manifest.media_type)
    except RegistryError as error:
        raise registry_refusal(error) from error
    known_as = f"{reference.registry}/{reference.repository}@{manifest.digest}"
    engine.images.add(manifest, [ImageReference.parse(known_as)], source=image.source)
    engine.events.tell("image", "push", reference.familiar, name=reference.name)
    size = len(content)
    yield {"status": f"{tag}: digest: {manifest.digest} size: {size}"}
    yield {"progressDetail": {}, "aux": {"Tag": tag, "Digest": manifest.digest, "Size": size}}


@dataclass(frozen=True, slots=True)
class _Push:
    """One push of `image` as `reference`."""

    engine: EmbeddedEngine
    client: RegistryClient
    reference: ImageReference
    image: StoredImage

    def layers(self, manifest: ImageManifest) -> Iterator[Line]:
        """Push the layers, several at a time; raises RegistryError."""
        layers = {layer.digest: layer for layer in manifest.layers}
        names = self._names(manifest)
        for digest in reversed(layers):
            yield _line(names[digest], "Preparing")
        lines: queue.SimpleQueue[Line | None] = queue.SimpleQueue()
        with ThreadPoolExecutor(_PARALLEL) as pool:
            jobs = [
                pool.submit(self._layer, layer, names[layer.digest], lines)
                for layer in reversed(layers.values())
            ]
            for job in jobs:
                job.add_done_callback(lambda _: lines.put(None))
            left = len(jobs)
            while left:
                line = lines.get()
                left -= line is None
                if line:
                    yield line
            for job in jobs:
                job.result()

    def blob(self, descriptor: Descriptor) -> None:
        """Push a blob, unless it is there."""
        if not self.client.blob_exists(self.reference.repository, descriptor.digest):
            self._upload(descriptor, lambda _: None)

    def _layer(self, layer: Descriptor, name: str, lines: queue.SimpleQueue[Line | None]) -> None:
        repository = self.reference.repository
        if self.client.blob_exists(repository, layer.digest):
            lines.put(_line(name, "Layer already exists"))
            return
        for source in self._other_repositories():
            if self.client.mount_blob(repository, layer.digest, source=source):
                lines.put(_line(name, f"Mounted from {source}"))
                return
        self._upload(layer, partial(_report, lines, name, layer.size, [0]))
        lines.put(_line(name, "Pushed"))

    def _upload(self, descriptor: Descriptor, report: Callable[[int], None]) -> None:
        with self.engine.images.blobs.open(descriptor.digest) as file:
            self.client.upload_blob(
                self.reference.repository,
                descriptor.digest,
                file,
                size=descriptor.size,
                on_progress=report,
            )

    def _other_repositories(self) -> list[str]:
        """Repositories of the same registry that the image is known to be in."""
        return sorted(
            {
                known.repository
                for known in self.image.references
                if known.registry == self.reference.registry
                and known.digest
                and known.repository != self.reference.repository
            }
        )

    def _names(self, manifest: ImageManifest) -> dict[Digest, str]:
        """What Docker calls the layers in a push: by their unpacked content."""
        diff_ids = self.image.config.diff_ids
        names = [Digest(diff_id).short for diff_id in diff_ids]
        if len(names) != len(manifest.layers):
            names = [layer.digest.short for layer in manifest.layers]
        return {layer.digest: name for layer, name in zip(manifest.layers, names, strict=True)}


def _report(
    lines: queue.SimpleQueue[Line | None], name: str, total: int, last: list[int], sent: int
) -> None:
    if sent - last[0] >= _REPORT_EVERY or sent == total:
        last[0] = sent
        lines.put(_line(name, "Pushing", {"current": sent, "total": total}))


def _tags_of(engine: EmbeddedEngine, repository: ImageReference) -> list[ImageReference]:
    return [
        reference
        for image in engine.images.images()
        for reference in image.references
        if reference.name == repository.name and reference.tag
    ]


def _long_name(reference: ImageReference) -> str:
    return f"{reference.registry}/{reference.repository}"


def _line(name: str, status: str, detail: dict[str, int] | None = None) -> Line:
    return {"status": status, "progressDetail": detail or {}, "id": name}
