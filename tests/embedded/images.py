"""Small images for the tests of the embedded engine."""

from __future__ import annotations

import json

from regnb.content.blobs import BlobFolder
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.image_store import ImageStore, StoredImage
from regnb.oci import Digest, ImageManifest, ImageReference, media_types
from regnb.registry import RegistryClient
from tests.oci.samples import descriptor, encode


def reference(name: str) -> ImageReference:
    return ImageReference.parse(name)


def put_image(blobs: BlobFolder, *layers: bytes, **config: object) -> ImageManifest:
    value = {
        "architecture": "amd64",
        "os": "linux",
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": [Digest.of(layer) for layer in layers]},
        "history": [{"created_by": f"ADD {layer.decode()}"} for layer in layers],
    }
    content = json.dumps(value).encode()
    for blob in (content, *layers):
        blobs.put(blob)
    manifest = {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_MANIFEST,
        "config": descriptor(content, media_types.OCI_CONFIG),
        "layers": [descriptor(layer, media_types.OCI_LAYER) for layer in layers],
    }
    return ImageManifest.parse(encode(manifest), media_types.OCI_MANIFEST)


def add_image(store: ImageStore, *layers: bytes, name: str = "", **config: object) -> StoredImage:
    manifest = put_image(store.blobs, *layers, **config)
    return store.add(manifest, [reference(name)] if name else [], source="docker.io")


def fill(address: str, repository: str, engine: EmbeddedEngine, *layers: bytes) -> ImageManifest:
    """An image in the registry at `address`, made in the engine's blobs and forgotten there."""
    manifest = put_image(engine.images.blobs, *layers)
    with RegistryClient(f"http://{address}") as client:
        for part in (manifest.config, *manifest.layers):
            client.put_blob(repository, engine.images.blobs.read(part.digest))
        client.put_manifest(repository, "1", manifest.content, media_type=manifest.media_type)
    engine.images.delete_unused_blobs()
    return manifest
