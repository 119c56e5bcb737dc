from __future__ import annotations

import pytest

from regnb.errors import InvalidManifest, InvalidPlatform
from regnb.oci import Platform


@pytest.mark.parametrize("text", ["linux/amd64", "linux/arm/v7", "windows/386", "linux/mips_le"])
def test_platform_is_written_as_it_is_read(text: str) -> None:
    platform = Platform.parse(text)
    assert str(platform) == text
    assert Platform.from_json(platform.to_json()) == platform
    assert platform.to_json().keys() - {"variant"} == {"os", "architecture"}


@pytest.mark.parametrize("text", ["", "linux", "linux/", "Linux/amd64", "linux/arm/v7/x", "a b/c"])
def test_what_is_no_platform_is_told(text: str) -> None:
    with pytest.raises(InvalidPlatform):
        Platform.parse(text)


def test_variant_is_empty_when_nobody_told() -> None:
    assert Platform.from_json({"os": "linux", "architecture": "arm64"}).variant == ""
    assert "variant" not in Platform("linux", "arm64").to_json()
    with pytest.raises(InvalidManifest):
        Platform.from_json({"os": ["linux"]})


@pytest.mark.parametrize(
    ("other", "alike"),
    [("linux/arm/v6", True), ("linux/arm", True), ("linux/arm64", False), ("windows/arm", False)],
)
def test_variants_of_an_architecture_are_alike(other: str, alike: bool) -> None:
    assert Platform.parse("linux/arm/v7").is_like(Platform.parse(other)) is alike


def test_attestations_are_for_no_platform() -> None:
    assert Platform("unknown", "unknown").is_unknown
    assert not Platform("linux", "unknown").is_unknown
