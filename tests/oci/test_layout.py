from __future__ import annotations

import pytest

from regnb.errors import InvalidManifest
from regnb.oci import Descriptor, Digest, layout, media_types
from tests.oci.samples import encode

DIGEST = Digest.of(b"content")


def test_blob_path_names_the_algorithm() -> None:
    assert layout.blob_path(DIGEST) == f"blobs/sha256/{DIGEST.hex}"


def test_marker_of_this_version_is_accepted() -> None:
    layout.check_marker(layout.MARKER)


@pytest.mark.parametrize("content", [b"", b"{}", encode({"imageLayoutVersion": "2.0.0"})])
def test_marker_of_something_else_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidManifest):
        layout.check_marker(content)


def test_index_survives_its_bytes() -> None:
    entry = Descriptor(
        media_types.OCI_MANIFEST, DIGEST, 7, annotations={layout.REF_NAME: "localhost:5000/w3:1.0"}
    )
    assert layout.parse_index(layout.index_content([entry])).manifests == (entry,)
