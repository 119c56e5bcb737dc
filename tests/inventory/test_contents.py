from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from regnb.errors import InvalidManifest, NotFound
from regnb.inventory import TagContents, TagName
from regnb.inventory.contents import Child, ConfigFacts, facts_from_bytes, facts_of, facts_to_bytes
from regnb.oci import Descriptor, Digest, ImageIndex, ImageManifest, Platform, media_types
from regnb.oci.descriptor import ATTESTATION, REFERENCE_TYPE
from tests.oci import samples

ARM = Platform("linux", "arm64", "v8")


def image(*layers: bytes, config: bytes = b"{}") -> ImageManifest:
    content = samples.manifest(*layers, config=config)
    return ImageManifest.parse(content, media_types.OCI_MANIFEST)


def child(
    manifest: ImageManifest,
    platform: Platform | None = None,
    annotations: dict[str, str] | None = None,
) -> Child:
    size = len(manifest.content)
    entry = Descriptor(manifest.media_type, manifest.digest, size, platform, annotations or {})
    return Child(entry, manifest)


def tag_of(*children: Child, configs: dict[Digest, ConfigFacts] | None = None) -> TagContents:
    index = ImageIndex.parse(b'{"schemaVersion": 2, "manifests": []}', media_types.OCI_INDEX)
    return TagContents("w3", "1.0", index, children, configs or {})


NOTE = child(image(b"note", config=b"of it"), None, {REFERENCE_TYPE: ATTESTATION})


def test_tag_is_named_as_one_writes_it() -> None:
    assert (
        str(TagContents("team/w3", "1.0").name) == str(TagName("team/w3", "1.0")) == "team/w3:1.0"
    )


def test_each_content_is_there_once_with_its_kind_and_size() -> None:
    tag = tag_of(child(image(b"base", b"one")), child(image(b"base", b"two"), ARM), NOTE)
    kinds = [content.kind for content in tag.contents().values()]
    assert [kinds.count(kind) for kind in ("index", "manifest", "config", "layer")] == [1, 3, 2, 4]
    assert tag.contents()[Digest.of(b"base")].size == 4
    assert tag.root
    assert tag.contents()[tag.root.digest].size == len(tag.root.content)
    assert sum(tag.blobs().values()) == len(b"base" + b"one" + b"two" + b"note" + b"{}" + b"of it")


def test_attestation_is_no_image_but_has_contents() -> None:
    tag = tag_of(child(image(b"one"), ARM), NOTE)
    assert [entry and entry.platform for _, entry in tag.images()] == [ARM]
    assert len(tag.image_manifests) == 2
    assert Digest.of(b"note") in tag.blobs()


def test_facts_have_the_newest_time_and_each_platform_once() -> None:
    times = [datetime(2024, 1, day, tzinfo=UTC) for day in (2, 3)]
    empty = Platform("", "")
    tag = tag_of(
        child(image(b"base", b"one", config=b"1"), ARM),
        child(image(b"base", b"two", config=b"2")),
        configs={
            Digest.of(b"1"): ConfigFacts(ARM, times[1]),
            Digest.of(b"2"): ConfigFacts(empty, times[0]),
        },
    )
    facts = facts_of(tag)
    assert (facts.platforms, facts.layers, facts.created) == (("linux/arm64/v8",), 3, times[1])
    assert tag.root
    assert facts.digest == tag.root.digest


def test_tag_without_a_root_is_its_problem() -> None:
    problem = NotFound("Gone.")
    facts = facts_of(TagContents("w3", "1.0", problem=problem))
    assert (facts.problem, facts.digest, facts.layers) == (problem, "", None)


def test_facts_come_back_from_bytes_for_any_tag() -> None:
    facts = facts_of(tag_of(child(image(b"one"), ARM)))
    content = facts_to_bytes(facts)
    assert facts_from_bytes(content, "w3", "1.0", Digest(facts.digest)) == facts
    other = facts_from_bytes(content, "other", "2", Digest(facts.digest))
    assert other
    assert (other.repository, other.tag, other.blobs) == ("other", "2", facts.blobs)


def test_facts_that_changed_are_none() -> None:
    facts = facts_of(tag_of(child(image(b"one"), ARM)))
    content = facts_to_bytes(facts)
    for start, end in pairwise((0, 4, 5, len(content))):
        damaged = content[:start] + bytes([content[start] ^ 1]) + content[start + 1 :]
        assert facts_from_bytes(damaged, "w3", "1.0", Digest(facts.digest)) is None, (start, end)


def test_config_tells_where_it_runs_and_since_when() -> None:
    found = ConfigFacts.parse(samples.config([], []))
    assert found.platform == Platform("linux", "amd64")
    assert found.created
    assert (found.created.year, found.created.tzinfo) == (2026, UTC)
    with pytest.raises(InvalidManifest):
        ConfigFacts.parse(b'{"os": 1}')
