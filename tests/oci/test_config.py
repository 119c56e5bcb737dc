from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regnb.errors import InvalidPlatform
from regnb.oci import ImageConfig, ImageManifest, Platform, layers_of, parse_manifest
from regnb.oci.config import parse_time
from tests.oci.samples import config, manifest

HISTORY: list[dict[str, object]] = [
    {"created_by": "COPY base /"},
    {"created_by": "ENV A=1", "empty_layer": True},
    {"created_by": "COPY site /srv", "created": "2026-11-01T10:20:30Z"},
]


def image(
    history: list[dict[str, object]], diff_ids: list[str]
) -> tuple[ImageManifest, ImageConfig]:
    content = config(history, diff_ids)
    parsed = parse_manifest(manifest(b"base", b"site", config=content))
    assert isinstance(parsed, ImageManifest)
    return parsed, ImageConfig.parse(content)


def test_layers_skip_the_instructions_that_made_none() -> None:
    layers = layers_of(*image(HISTORY, ["sha256:1", "sha256:2"]))
    assert [layer.created_by for layer in layers] == ["COPY base /", "COPY site /srv"]
    assert [layer.diff_id for layer in layers] == ["sha256:1", "sha256:2"]


def test_layers_without_a_matching_history_have_no_instruction() -> None:
    layers = layers_of(*image(HISTORY[:1], []))
    assert [(layer.created_by, layer.diff_id) for layer in layers] == [("", ""), ("", "")]


def test_config_fields() -> None:
    _, parsed = image(HISTORY, [])
    assert parsed.platform == Platform("linux", "amd64")
    assert parsed.labels == {"a": "b"}
    assert parsed.created == datetime(2026, 11, 1, 10, 20, 30, 123456, UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z"])
def test_time_that_is_none(text: str) -> None:
    assert parse_time(text) is None


def test_time_is_utc() -> None:
    assert parse_time("2026-11-01T12:00:00+02:00") == datetime(2026, 11, 1, 10, tzinfo=UTC)


def test_platform_text() -> None:
    assert str(Platform.parse("linux/arm64/v8")) == "linux/arm64/v8"
    with pytest.raises(InvalidPlatform):
        Platform.parse("linux")


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_time_that_is_out_of_range_in_utc_is_no_time(text: str) -> None:
    """https://github.com/moby/moby/issues/46077."""
    assert parse_time(text) is None


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "9999-12-31T24:00:00Z"]
)
def test_time_beyond_the_calendar_is_none(text: str) -> None:
    """rules_oci#438: Go's zero time, written in a zone."""
    moment = parse_time(text)
    assert moment is None or moment.tzinfo is UTC
    assert parse_time("0001-01-01T00:00:00Z") == datetime(1, 1, 1, tzinfo=UTC)
