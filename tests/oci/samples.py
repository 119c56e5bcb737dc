"""Manifests, indexes and configs made by hand for the tests of `regnb.oci`."""

from __future__ import annotations

import json
from typing import Any

from regnb.oci import Digest, media_types


def encode(value: object) -> bytes:
    return json.dumps(value).encode()


def descriptor(
    content: bytes, media_type: str = media_types.OCI_LAYER_GZIP, **more: object
) -> dict[str, Any]:
    size = len(content)
    return {"mediaType": media_type, "digest": Digest.of(content), "size": size} | more


def manifest(*layers: bytes, config: bytes = b"{}") -> bytes:
    return encode(
        {
            "schemaVersion": 2,
            "mediaType": media_types.OCI_MANIFEST,
            "config": descriptor(config, media_types.OCI_CONFIG),
            "layers": [descriptor(layer) for layer in layers],
        }
    )


def config(history: list[dict[str, Any]], diff_ids: list[str]) -> bytes:
    return encode(
        {
            "architecture": "amd64",
            "os": "linux",
            "created": "2026-11-01T10:20:30.123456789Z",
            "config": {"Cmd": ["nginx"], "Labels": {"a": "b"}},
            "history": history,
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
        }
    )
