"""Small contents to push."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.test import Client, TestResponse

from regnb.oci import Digest
from regnb.oci.media_types import OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST

CONFIG = b'{"architecture": "amd64", "os": "linux"}'
LAYER = b"not really a tar"


def descriptor(content: bytes, media_type: str, algorithm: str = "sha256") -> dict[str, object]:
    digest = Digest.of(content, algorithm)
    return {"mediaType": media_type, "digest": digest, "size": len(content)}


def image(
    layers: tuple[bytes, ...] = (LAYER,), algorithm: str = "sha256", **fields: object
) -> bytes:
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": descriptor(CONFIG, OCI_CONFIG, algorithm),
        "layers": [descriptor(layer, OCI_LAYER, algorithm) for layer in layers],
        **fields,
    }
    return json.dumps(manifest).encode()


def index(*manifests: bytes, algorithm: str = "sha256", **fields: object) -> bytes:
    entries = [descriptor(item, OCI_MANIFEST, algorithm) for item in manifests]
    return json.dumps(
        {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries, **fields}
    ).encode()


def push_blob(
    client: Client, content: bytes, name: str = "w3", algorithm: str = "sha256"
) -> Digest:
    digest = Digest.of(content, algorithm)
    answer = client.post(f"/v2/{name}/blobs/uploads/?digest={digest}", data=content)
    assert answer.status_code == 201, answer.text
    return digest


def put(client: Client, path: str, content: bytes, media_type: str = OCI_MANIFEST) -> TestResponse:
    return client.put(path, data=content, content_type=media_type)


def push_image(
    client: Client, reference: str = "1.0", name: str = "w3", **fields: Any
) -> tuple[Digest, bytes]:
    push_blob(client, CONFIG, name)
    push_blob(client, LAYER, name)
    content = image(**fields)
    answer = put(client, f"/v2/{name}/manifests/{reference}", content)
    assert answer.status_code == 201, answer.text
    return Digest.of(content), content


def codes(answer: TestResponse) -> tuple[int, set[str]]:
    """Status, and the codes in the body of the specification."""
    body = answer.get_json()
    assert answer.mimetype == "application/json"
    return answer.status_code, {error["code"] for error in body["errors"]}
