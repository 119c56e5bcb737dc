"""A registry with images that share, and contents that are known byte by byte."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from regnb.oci import Digest
from regnb.oci.media_types import OCI_CONFIG, OCI_INDEX, OCI_LAYER_GZIP, OCI_MANIFEST
from regnb.registry import RegistryClient, WsgiTransport
from regnb.server import Config, MemoryStorage, create_app

AMD64 = {"os": "linux", "architecture": "amd64"}
ARM64 = {"os": "linux", "architecture": "arm64"}
UNKNOWN = {"os": "unknown", "architecture": "unknown"}


def tar_of(files: Mapping[str, bytes | None]) -> bytes:
    """A tar of `files`, None for a folder."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.type = tarfile.DIRTYPE if content is None else tarfile.REGTYPE
            member.size = len(content or b"")
            tar.addfile(member, io.BytesIO(content or b""))
    return made.getvalue()


@dataclass
class Image:
    """An image to push: layers by what they hold, and the instructions that made them."""

    layers: list[Mapping[str, bytes | None]]
    instructions: list[str] = field(default_factory=list)
    config: dict[str, Any] = field(default_factory=dict)
    platform: dict[str, str] = field(default_factory=lambda: dict(AMD64))


def open_registry() -> RegistryClient:
    """An empty registry in this process."""
    app = create_app(MemoryStorage(), Config(delete_enabled=True))
    return RegistryClient("http://localhost:5000", transport=WsgiTransport(app))


def push(client: RegistryClient, repository: str, tag: str, image: Image) -> dict[str, Any]:
    """Push `image`; the descriptor of its manifest."""
    tars = [tar_of(files) for files in image.layers]
    instructions = image.instructions or [f"COPY {number}" for number in range(len(tars))]
    config = {
        **image.platform,
        "config": image.config,
        "rootfs": {
            "type": "layers",
            "diff_ids": [f"sha256:{hashlib.sha256(tar).hexdigest()}" for tar in tars],
        },
        "history": [{"created_by": text} for text in instructions],
    }
    content = json.dumps(config).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": _blob(client, repository, content, OCI_CONFIG),
        "layers": [
            _blob(client, repository, gzip.compress(tar, mtime=0), OCI_LAYER_GZIP) for tar in tars
        ],
    }
    return _manifest(client, repository, tag, manifest) | {"platform": image.platform}


def push_index(
    client: RegistryClient, repository: str, tag: str, manifests: Iterable[dict[str, Any]]
) -> dict[str, Any]:
    """Push an index of `manifests` (descriptors); its descriptor."""
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": list(manifests)}
    return _manifest(client, repository, tag, index)


def push_attestation(
    client: RegistryClient, repository: str, subject: dict[str, Any]
) -> dict[str, Any]:
    """Push what BuildKit pushes for `provenance=true`; its descriptor as an index lists it.

    https://docs.docker.com/build/metadata/attestations/attestation-storage/
    """
    statement = json.dumps({"_type": "https://in-toto.io/Statement/v0.1"}).encode()
    layer = _blob(client, repository, statement, "application/vnd.in-toto+json")
    layer["annotations"] = {"in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2"}
    config = json.dumps({**UNKNOWN, "config": {}, "rootfs": {"type": "layers", "diff_ids": []}})
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": _blob(client, repository, config.encode(), OCI_CONFIG),
        "layers": [layer],
    }
    content = json.dumps(manifest).encode()
    made = _manifest(client, repository, Digest.of(content), manifest)
    annotations = {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": subject["digest"],
    }
    return made | {"platform": dict(UNKNOWN), "annotations": annotations}


def _manifest(
    client: RegistryClient, repository: str, reference: str, fields: dict[str, Any]
) -> dict[str, Any]:
    content = json.dumps(fields).encode()
    media_type = fields["mediaType"]
    digest = client.put_manifest(repository, reference, content, media_type=media_type)
    return {"mediaType": media_type, "digest": str(digest), "size": len(content)}


def _blob(
    client: RegistryClient, repository: str, content: bytes, media_type: str
) -> dict[str, Any]:
    digest = client.put_blob(repository, content)
    return {"mediaType": media_type, "digest": str(digest), "size": len(content)}
