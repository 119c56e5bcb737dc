from __future__ import annotations

from regnb.i18n import Translator
from regnb.oci import Digest, ImageConfig, ImageManifest, layers_of, parse_manifest
from regnb.tables.registry_tables import catalog_table, image_table, layers_table, tags_table
from regnb.tables.table import MAX_USERS
from tests.oci.samples import config, descriptor, encode, manifest

CONFIG = config([{"created_by": "COPY base /"}, {"created_by": "COPY site /srv"}], ["a", "b"])


def image() -> tuple[ImageManifest, ImageConfig]:
    parsed = parse_manifest(manifest(b"base", b"site", config=CONFIG))
    assert isinstance(parsed, ImageManifest)
    return parsed, ImageConfig.parse(CONFIG)


def test_catalog_is_sorted() -> None:
    assert list(catalog_table(Translator("en"), ["w3", "alpine"]).repository) == ["alpine", "w3"]


def test_tags_of_a_manifest_and_of_an_index() -> None:
    platform = {"os": "linux", "architecture": "arm64"}
    index = parse_manifest(
        encode({"schemaVersion": 2, "manifests": [descriptor(b"x", platform=platform)]})
    )
    table = tags_table(Translator("en"), {"2": index, "1": image()[0]})
    assert list(table.tag) == ["1", "2"]
    assert table.loc[0, "size_bytes"] == image()[0].size
    assert table.isna().loc[1, "size_bytes"]
    assert table.loc[1, "platforms"] == ["linux/arm64"]


def test_layers_oldest_first_with_who_shares_them() -> None:
    layers = layers_of(*image())
    table = layers_table(Translator("en"), layers, {Digest.of(b"base"): ["w3:2.0"]})
    assert list(table.created_by) == ["COPY base /", "COPY site /srv"]
    assert list(table.shared_with) == [["w3:2.0"], []]
    assert list(table.size_bytes) == [4, 4]


def test_image_facts_are_formatted_each_after_its_field() -> None:
    table = image_table(Translator("fr"), *image())
    text = repr(table)
    assert "plateforme" in text
    assert "linux/amd64" in text
    assert "\u202fo" in text
    assert dict(zip(table.field, table.value, strict=True))["layers"] == 2


def test_images_that_share_a_layer_are_named_up_to_a_number() -> None:
    names = [f"w3:{number}.0" for number in range(1, MAX_USERS + 4)]
    table = layers_table(Translator("en"), layers_of(*image()), {Digest.of(b"base"): names})
    assert f"{names[MAX_USERS - 1]}, + 3" in repr(table)
    assert names[MAX_USERS] not in repr(table)
    assert table.loc[0, "shared_with"] == names
