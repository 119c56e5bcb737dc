"""Platforms as people write them, with what dockerd 28.5 made of the same words."""

from __future__ import annotations

import json

import pytest
from werkzeug.test import Client

from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.platforms import parse_platform
from regnb.embedded.refusal import Refusal
from regnb.oci import Platform
from tests.embedded.images import add_image

HOST = Platform("linux", "amd64")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        *(("arm64", "linux/arm64"), ("amd64", "linux/amd64"), ("linux", "linux/amd64")),
        *(("aarch64", "linux/arm64"), ("linux/aarch64", "linux/arm64"), ("armhf", "linux/arm")),
        *(("linux/x86_64", "linux/amd64"), ("x86-64", "linux/amd64"), ("i386", "linux/386")),
        *(("arm", "linux/arm"), ("linux/arm/v7", "linux/arm/v7"), ("arm/v6", "arm/v6")),
        *(("armel", "linux/arm/v6"), ("linux/armhf", "linux/arm"), ("linux/arm/8", "linux/arm/v8")),
        *(("linux/arm64/v8", "linux/arm64/v8"), ("linux/arm64/8", "linux/arm64/v8")),
        *(("LINUX/AMD64", "linux/amd64"), ("linux/amd64/v1", "linux/amd64"), ("386", "linux/386")),
        *(("macos", "darwin/amd64"), ("windows", "windows/amd64"), ("armhf/v7", "armhf/v7")),
        *(("linux(1.0)/amd64", "linux/amd64"), ("linux/nosuch", "linux/nosuch")),
    ],
)
def test_platform_is_read_as_docker_reads_it(text: str, shown: str) -> None:
    """docker/cli#5438."""
    assert str(parse_platform(text, HOST)) == shown
    assert parse_platform("", HOST) is None


PART = 'platform specifier component must match "^[A-Za-z0-9_.-]+$"'
SYSTEM = (
    "OSAndVersion specifier component must match "
    r'"^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.%-]*)((?:\\+[A-Za-z0-9_.%-]+)*)\\))?$"'
)
UNKNOWN = "unknown operating system or architecture: invalid argument"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nosuch", f'"nosuch": {UNKNOWN}'),
        ("unknown", f'"unknown": {UNKNOWN}'),
        ("a/b/c/d", '"a/b/c/d": cannot parse platform specifier: invalid argument'),
        ("*", '"*": wildcards not yet supported: invalid argument'),
        ("linux/", f'"" is an invalid component of "linux/": {PART}: invalid argument'),
        ("lin ux", f'"lin ux" is an invalid OS component of "lin ux": {SYSTEM}: invalid argument'),
    ],
)
def test_what_is_no_platform_is_refused(text: str, message: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_platform(text, HOST)
    assert (caught.value.status, caught.value.message) == (400, message)


def test_container_is_of_an_image_for_its_platform(api: Client, engine: EmbeddedEngine) -> None:
    """moby#42325: so that the command pulls the image for the other platform."""
    add_image(engine.images, name="one")
    for platform, status in (("x86_64", 201), ("linux", 201), ("arm64", 404), ("nosuch", 400)):
        made = api.post(f"/containers/create?platform={platform}", json={"Image": "one"})
        assert made.status_code == status


NO_TARGET = "no suitable export target found for platform linux/arm64"
ARM = {"os": "linux", "architecture": "arm64"}
OTHER = (
    "image with reference one was found but its platform (linux/amd64) does not match the "
    "specified platform (linux/arm64)"
)


@pytest.mark.parametrize(
    ("method", "path", "refusal"),
    [
        ("GET", "/images/one/json?platform=", (404, OTHER)),
        ("GET", "/images/one/history?platform=", (404, OTHER)),
        ("GET", "/images/one/get?platform=", (500, NO_TARGET)),
        ("POST", "/images/one/push?platform=", (404, OTHER)),
        ("DELETE", "/images/one?platforms=", (404, OTHER)),
    ],
)
def test_what_is_asked_of_a_platform_is_of_that_one(
    api: Client, engine: EmbeddedEngine, method: str, path: str, refusal: tuple[int, str]
) -> None:
    add_image(engine.images, name="one")
    found = api.open(path + json.dumps(ARM), method=method)
    assert (found.status_code, (found.json or {})["message"]) == refusal
    for text in ("linux/amd64", "[]", '{"os":1}', '{"os":"linux"}'):
        assert api.open(path + text, method=method).status_code == 400
    assert engine.images.find("one").tags
