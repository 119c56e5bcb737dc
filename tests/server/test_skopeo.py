"""Skopeo as an outside witness: whole images go in and come out, also with TLS and a password."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from regnb.oci import Digest, media_types
from tests.contract.test_copying import push_index
from tests.oci import samples
from tests.server.places import Place, plain, secured

# CI installs skopeo: where it is missing there, these tests fail.
pytestmark = pytest.mark.skipif(
    shutil.which("skopeo") is None and "CI" not in os.environ, reason="skopeo is not installed"
)
LAYERS = 200


@pytest.fixture(params=["plain", "secured"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        made = secured if request.param == "secured" else plain
        yield made(stack, tmp_path)


def skopeo(*words: str) -> None:
    done = subprocess.run(["skopeo", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def through_skopeo(place: Place, folder: Path, name: str) -> None:
    """Copy `name` out of the registry into a folder, and back into it as `back/…`."""
    inside, copy = f"dir:{folder}/copied", ("copy", "--all", "--preserve-digests")
    skopeo(*copy, *place.words("src"), f"docker://{place.address}/{name}", inside)
    skopeo(*copy, *place.words("dest"), inside, f"docker://{place.address}/back/{name}")


def test_index_goes_through_skopeo_byte_for_byte(place: Place, tmp_path: Path) -> None:
    digest = push_index(place.client, "w3", "1.0")
    through_skopeo(place, tmp_path, "w3:1.0")
    back = place.client.get_manifest("back/w3", "1.0")
    assert back.digest == digest
    assert back.content == place.client.get_manifest("w3", "1.0").content


@pytest.mark.parametrize("place", ["plain"], indirect=True)
def test_image_of_200_layers_goes_through_skopeo(place: Place, tmp_path: Path) -> None:
    contents = [f"layer {number}".encode() for number in range(LAYERS)]
    diff_ids = [str(Digest.of(content)) for content in contents]
    config = samples.config([{"created_by": f"RUN {number}"} for number in range(LAYERS)], diff_ids)
    for content in (config, *contents):
        place.client.put_blob("large", content)
    manifest = samples.manifest(*contents, config=config)
    place.client.put_manifest("large", "1.0", manifest, media_type=media_types.OCI_MANIFEST)
    through_skopeo(place, tmp_path, "large:1.0")
    assert place.client.get_manifest("back/large", "1.0").content == manifest
    assert place.client.get_blob("back/large", Digest.of(contents[-1])) == contents[-1]


@pytest.mark.parametrize("place", ["secured"], indirect=True)
def test_skopeo_without_the_password_is_refused(place: Place, tmp_path: Path) -> None:
    push_index(place.client, "w3", "1.0")
    words = [word for word in place.words("src") if "creds" not in word]
    source, target = f"docker://{place.address}/w3:1.0", f"oci:{tmp_path}/layout:x"
    done = subprocess.run(
        ["skopeo", "copy", *words, source, target], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "unauthorized" in done.stderr
