"""Small images, pushed by the client itself."""

from __future__ import annotations

from regnb.oci import Digest, media_types
from regnb.registry import RegistryClient
from tests.oci import samples

CONFIG = samples.config([{"created_by": "COPY site"}], ["sha256:" + "0" * 64])


def push(
    client: RegistryClient, repository: str, tag: str = "1.0", layer: bytes = b"site"
) -> Digest:
    """The digest of an OCI image with one layer."""
    for content in (CONFIG, layer):
        client.put_blob(repository, content)
    manifest = samples.manifest(layer, config=CONFIG)
    return client.put_manifest(repository, tag, manifest, media_type=media_types.OCI_MANIFEST)


def push_artifact(client: RegistryClient, repository: str, subject: Digest, kind: str) -> Digest:
    """The digest of an artifact of `kind` that refers to `subject`, under no tag."""
    client.put_blob(repository, b"{}")
    fields = {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_MANIFEST,
        "artifactType": kind,
        "config": samples.descriptor(b"{}", media_types.OCI_EMPTY),
        "layers": [samples.descriptor(b"{}", media_types.OCI_EMPTY)],
        "subject": samples.descriptor(b"", media_types.OCI_MANIFEST) | {"digest": subject},
        "annotations": {"made-by": "test"},
    }
    content = samples.encode(fields)
    digest = Digest.of(content)
    return client.put_manifest(repository, digest, content, media_type=media_types.OCI_MANIFEST)
