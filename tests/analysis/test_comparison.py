from __future__ import annotations

from regnb.analysis.comparison import Comparison, compare
from regnb.oci import ImageManifest, layers_of
from tests.analysis.registries import ARM64, Image, open_registry, push

BASE, APP, OTHER = {"base": b"0"}, {"app": b"1"}, {"other": b"2"}


def compared(first: Image, second: Image) -> Comparison:
    client = open_registry()
    found = []
    for tag, image in (("1", first), ("2", second)):
        push(client, "w3", tag, image)
        manifest = client.get_manifest("w3", tag)
        assert isinstance(manifest, ImageManifest)
        config = client.get_config("w3", manifest)
        found.append((layers_of(manifest, config), config))
    return compare(*found[0], *found[1])


def test_layers_are_shared_up_to_where_the_images_part() -> None:
    comparison = compared(Image([BASE, APP]), Image([BASE, OTHER, OTHER]))
    assert [item.side for item in comparison.layers] == ["both", "first", "second", "second"]
    assert not comparison.is_same
    sizes = {side: comparison.bytes_of(side) for side in ("both", "first", "second")}
    assert all(sizes.values())


def test_same_image_has_no_difference() -> None:
    assert compared(Image([BASE]), Image([BASE])).is_same


def test_settings_differ_by_field() -> None:
    first = Image([BASE], config={"Env": ["A=1"], "User": "me"})
    comparison = compared(first, Image([BASE], config={"Env": ["A=2"]}, platform=ARM64))
    differing = {
        field.field: (field.first, field.second) for field in comparison.fields if not field.is_same
    }
    assert differing == {
        "Env": (["A=1"], ["A=2"]),
        "User": ("me", None),
        "platform": ("linux/amd64", "linux/arm64"),
    }
