"""Registries with faults, for the tests of the embedded engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.wrappers import Request

from regnb.oci import Digest, ImageManifest, media_types
from regnb.registry import RegistryClient
from regnb.server import MemoryStorage, create_app
from regnb.web.http_server import serving
from tests.oci.samples import descriptor, encode


class Troubled:
    """A registry with a fault: `spoil` sees each request and may answer in its place."""

    def __init__(self, spoil: Any) -> None:
        self.inner = create_app(MemoryStorage())
        self.spoil = spoil
        self.seen: list[tuple[str, str, str]] = []

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.seen.append((request.method, request.path, request.headers.get("Range", "")))
        spoiled = self.spoil(request)
        return (spoiled or self.inner)(environ, start_response)


@contextmanager
def troubled(spoil: Any) -> Iterator[tuple[Troubled, str]]:
    app = Troubled(spoil)
    with serving(app) as server:
        yield app, f"localhost:{server.port}"


def fill_bytes(address: str, *layers: bytes) -> ImageManifest:
    """The image `app:1` in the registry at `address`; its layers need not be text."""
    rootfs = {"type": "layers", "diff_ids": [Digest.of(layer) for layer in layers]}
    config = encode({"architecture": "amd64", "os": "linux", "rootfs": rootfs})
    value = {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_MANIFEST,
        "config": descriptor(config, media_types.OCI_CONFIG),
        "layers": [descriptor(layer, media_types.OCI_LAYER) for layer in layers],
    }
    manifest = ImageManifest.parse(encode(value), media_types.OCI_MANIFEST)
    with RegistryClient(f"http://{address}") as client:
        for blob in (config, *layers):
            client.put_blob("app", blob)
        client.put_manifest("app", "1", manifest.content, media_type=manifest.media_type)
    return manifest
