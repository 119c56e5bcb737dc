from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from regnb.errors import InvalidManifest
from regnb.oci import Digest, ImageIndex, ImageManifest, Platform, media_types, parse_manifest
from tests.oci.samples import descriptor, encode, manifest


def index(*entries: dict[str, object], **more: object) -> bytes:
    return encode({"schemaVersion": 2, "manifests": list(entries)} | more)


def test_manifest_keeps_its_bytes_and_order() -> None:
    content = manifest(b"base", b"site")
    parsed = parse_manifest(content, media_types.OCI_MANIFEST)
    assert isinstance(parsed, ImageManifest)
    assert parsed.digest == Digest.of(content)
    assert [layer.size for layer in parsed.layers] == [4, 4]
    assert parsed.size == len(b"{}") + 8


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (manifest(), ImageManifest),
        (index(), ImageIndex),
        (index(mediaType=media_types.DOCKER_LIST), ImageIndex),
        (encode({"schemaVersion": 2, "config": descriptor(b"{}"), "layers": []}), ImageManifest),
    ],
)
def test_type_is_found_inside_when_the_header_does_not_tell(content: bytes, kind: type) -> None:
    assert isinstance(parse_manifest(content, "application/json"), kind)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b"{",
        b"[" * 100_000,
        b'{"config": ' + b"1" * 5000 + b"}",
        encode({"layers": []}),
        encode({"config": {"digest": "sha256:x", "size": 1}}),
        encode({"schemaVersion": 2, "config": descriptor(b"") | {"size": -1}}),
        encode({"schemaVersion": 2, "config": descriptor(b"") | {"size": True}}),
        encode({"schemaVersion": 2, "config": descriptor(b""), "layers": {}}),
        encode({"schemaVersion": 2, "config": descriptor(b""), "annotations": {"a": 1}}),
        encode({"schemaVersion": 1, "fsLayers": []}),
        encode({"mediaType": media_types.DOCKER_SCHEMA1}),
    ],
    ids=range(14),
)
def test_nonsense_is_an_invalid_manifest(content: bytes) -> None:
    with pytest.raises(InvalidManifest):
        parse_manifest(content)


def test_attestations_are_no_images() -> None:
    amd64 = descriptor(b"1", platform={"os": "linux", "architecture": "amd64"})
    attestation = descriptor(
        b"2",
        platform={"os": "unknown", "architecture": "unknown"},
        annotations={
            "vnd.docker.reference.type": "attestation-manifest",
            "vnd.docker.reference.digest": amd64["digest"],
        },
    )
    parsed = parse_manifest(index(amd64, attestation))
    assert isinstance(parsed, ImageIndex)
    assert [entry.digest for entry in parsed.images] == [amd64["digest"]]
    assert parsed.manifests[1].attested == amd64["digest"]
    assert parsed.manifests[1].platform is not None
    assert parsed.manifests[1].platform.is_unknown


def test_image_for_prefers_the_same_variant() -> None:
    v6, v7 = (
        descriptor(v.encode(), platform={"os": "linux", "architecture": "arm", "variant": v})
        for v in ("v6", "v7")
    )
    parsed = parse_manifest(index(v6, v7, descriptor(b"no platform")))
    assert isinstance(parsed, ImageIndex)
    found = parsed.image_for(Platform.parse("linux/arm/v7"))
    assert found is not None
    assert found.digest == v7["digest"]
    assert parsed.image_for(Platform.parse("linux/s390x")) is None


def test_descriptor_survives_its_json_form() -> None:
    entry = parse_manifest(manifest(b"layer"))
    assert isinstance(entry, ImageManifest)
    assert entry.layers[0].to_json() == descriptor(b"layer")


def test_best_is_the_first_image_when_none_is_for_the_platform() -> None:
    arm = descriptor(b"arm", platform={"os": "linux", "architecture": "arm64"})
    amd = descriptor(b"amd", platform={"os": "linux", "architecture": "amd64"})
    parsed = parse_manifest(index(arm, amd))
    assert isinstance(parsed, ImageIndex)
    for platform, best in (("linux/amd64", amd), ("linux/s390x", arm)):
        found = parsed.best_for(Platform.parse(platform))
        assert found is not None
        assert found.digest == best["digest"]
    empty = parse_manifest(index())
    assert isinstance(empty, ImageIndex)
    assert empty.best_for(Platform.parse("linux/amd64")) is None


@pytest.mark.parametrize("sizes", [[2**63], [2**62, 2**62], [10**400]])
def test_sizes_beyond_those_of_other_tools_are_refused(sizes: list[int]) -> None:
    """oras-go#1153: a size beyond an int64, alone or together."""
    layers = [descriptor(b"") | {"size": size} for size in sizes]
    fields = {"schemaVersion": 2, "config": descriptor(b""), "layers": layers}
    with pytest.raises(InvalidManifest, match="size"):
        parse_manifest(encode(fields))


@pytest.mark.parametrize("media_type", [media_types.OCI_MANIFEST, media_types.OCI_INDEX, ""])
@pytest.mark.parametrize("more", [{"layers": []}, {"manifests": []}, {"config": {}}])
def test_manifest_that_is_an_index_too_is_refused(media_type: str, more: dict[str, object]) -> None:
    """https://github.com/opencontainers/image-spec/security/advisories/GHSA-77vh-xpmg-72qh."""
    one = json.loads(manifest(b"layer"))
    other = json.loads(index())
    for value in (one | more | {"manifests": []}, other | more | {"layers": []}):
        with pytest.raises(InvalidManifest, match="both"):
            parse_manifest(encode(value), media_type)


@pytest.mark.parametrize("version", [None, "2", 1, 3, 2.0, True])
def test_other_schema_versions_are_refused(version: object) -> None:
    """https://github.com/opencontainers/image-spec/blob/main/manifest.md."""
    for content in (manifest(b"layer"), index()):
        value = json.loads(content)
        del value["schemaVersion"]
        value |= {} if version is None else {"schemaVersion": version}
        with pytest.raises(InvalidManifest, match=r"schema"):
            parse_manifest(encode(value))


@pytest.mark.parametrize(
    "write", [lambda one: b"\xef\xbb\xbf" + one, lambda one: one.decode().encode("utf-16")]
)
def test_only_plain_utf8_is_a_manifest(write: Callable[[bytes], bytes]) -> None:
    with pytest.raises(InvalidManifest, match="not JSON"):
        parse_manifest(write(manifest(b"layer")))


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_lacks_are_refused(word: str) -> None:
    content = manifest(b"layer").replace(b"{", b'{"x": %s, ' % word.encode(), 1)
    with pytest.raises(InvalidManifest, match="not JSON"):
        parse_manifest(content)
