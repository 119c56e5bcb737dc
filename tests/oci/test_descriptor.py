from __future__ import annotations

import pytest

from regnb.errors import InvalidManifest
from regnb.oci import Descriptor, Digest, Platform, media_types
from regnb.oci.descriptor import ATTESTATION, REFERENCE_DIGEST, REFERENCE_TYPE
from tests.oci.samples import descriptor


def test_descriptor_comes_back_as_it_was() -> None:
    value = descriptor(
        b"image",
        media_types.OCI_MANIFEST,
        platform={"os": "linux", "architecture": "arm", "variant": "v7"},
        annotations={"a": "b"},
        artifactType="a/sbom",
    )
    found = Descriptor.from_json(value)
    assert found.to_json() == value
    assert (found.platform, found.size) == (Platform("linux", "arm", "v7"), 5)


def test_what_is_empty_is_not_written_but_the_size_is() -> None:
    found = Descriptor("a/b", Digest.of(b""), 0)
    assert found.to_json() == {"mediaType": "a/b", "digest": str(found.digest), "size": 0}
    assert Descriptor.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("size", -1),
        ("size", True),
        ("size", "5"),
        ("size", None),
        ("digest", "sha256:abc"),
        ("digest", None),
        ("mediaType", 1),
        ("platform", "linux"),
        ("annotations", {"a": 1}),
        ("artifactType", []),
    ],
)
def test_part_that_is_wrong_is_told(part: str, value: object) -> None:
    with pytest.raises(InvalidManifest):
        Descriptor.from_json(descriptor(b"image") | {part: value})


def test_attestation_names_its_image() -> None:
    notes = {REFERENCE_TYPE: ATTESTATION, REFERENCE_DIGEST: "sha256:1"}
    note = Descriptor.from_json(descriptor(b"note", annotations=notes))
    assert (note.is_attestation, note.attested) == (True, "sha256:1")
    other = Descriptor.from_json(descriptor(b"image", annotations={REFERENCE_TYPE: "other"}))
    assert (other.is_attestation, other.attested) == (False, None)
