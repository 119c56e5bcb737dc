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
    ("text", "normalized"),
    [
        *(("linux/aarch64", "linux/arm64"), ("linux/x86_64", "linux/amd64")),
        *(("linux/armhf", "linux/arm/v7"), ("linux/armel", "linux/arm/v6")),
        *(("linux/arm", "linux/arm/v7"), ("linux/arm/6", "linux/arm/v6")),
        *(("linux/arm64/v8", "linux/arm64"), ("linux/arm64/8", "linux/arm64")),
        *(("linux/amd64/v1", "linux/amd64"), ("macos/i386", "darwin/386")),
        *(("linux/amd64/v3", "linux/amd64/v3"), ("linux/s390x", "linux/s390x")),
    ],
)
def test_each_platform_has_one_name(text: str, normalized: str) -> None:
    assert str(Platform.parse(text).normalized()) == normalized


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("linux/amd64", ["linux/386"]),
        ("linux/amd64/v3", ["linux/amd64/v2", "linux/amd64", "linux/386"]),
        ("linux/arm/v6", ["linux/arm/v5"]),
        ("linux/arm64", [f"linux/arm/v{number}" for number in (8, 7, 6, 5)]),
        ("linux/s390x", []),
    ],
)
def test_older_variants_run_too(text: str, others: list[str]) -> None:
    platform = Platform.parse(text)
    assert [str(one) for one in platform.fallbacks()] == [text, *others]
    assert all(platform.takes(Platform.parse(one)) for one in [text, *others])
    assert not Platform.parse("linux/mips").takes(platform)


def test_image_may_leave_out_its_variant() -> None:
    assert Platform.parse("linux/arm/v6").takes(Platform("linux", "arm"))
    assert not Platform.parse("linux/arm/v6").takes(Platform("linux", "arm", "v7"))


def test_attestations_are_for_no_platform() -> None:
    assert Platform("unknown", "unknown").is_unknown
    assert not Platform("linux", "unknown").is_unknown
