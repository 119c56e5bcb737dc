"""The OCI image layout: images as a directory, or a tar, of content-addressed files.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from regnb.errors import InvalidManifest
from regnb.oci import media_types
from regnb.oci.descriptor import Descriptor
from regnb.oci.digest import Digest
from regnb.oci.json import as_text, json_object
from regnb.oci.manifest import ImageIndex

MARKER_FILE = "oci-layout"
INDEX_FILE = "index.json"
BLOBS_FOLDER = "blobs"
VERSION = "1.0.0"
MARKER = json.dumps({"imageLayoutVersion": VERSION}).encode()
# https://github.com/opencontainers/image-spec/blob/main/annotations.md#pre-defined-annotation-keys
REF_NAME = "org.opencontainers.image.ref.name"


def check_marker(content: bytes) -> None:
    """Raise InvalidManifest when `content` is not the marker of a layout that is read here."""
    version = as_text(json_object(content).get("imageLayoutVersion"), "imageLayoutVersion")
    if version != VERSION:
        raise InvalidManifest(f"the image layout has the version `{version}`, not {VERSION}")


def blob_path(digest: Digest) -> str:
    """Path of a blob from the root of the layout, with slashes: `blobs/sha256/…`."""
    return f"{BLOBS_FOLDER}/{digest.algorithm}/{digest.hex}"


def index_content(entries: Iterable[Descriptor]) -> bytes:
    """Bytes of an `index.json` that lists `entries`."""
    value = {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_INDEX,
        "manifests": [entry.to_json() for entry in entries],
    }
    return json.dumps(value, indent=2).encode()


def parse_index(content: bytes) -> ImageIndex:
    """The `index.json` in `content`; raises InvalidManifest."""
    return ImageIndex.parse(content, media_types.OCI_INDEX)
