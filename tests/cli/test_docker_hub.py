"""One machine saves images and serves them; engines of others take them in Docker Hub's place."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from regnb.cli import main
from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.embedded.remote import offline_hub
from regnb.embedded.remote.pull_sources import HubPlaces
from regnb.engine import find_engine
from regnb.errors import ManifestNotFound, Unsupported
from regnb.lab import open_lab
from regnb.oci import Digest, ImageIndex
from regnb.registry import RegistryClient
from tests.free_port import free_port


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "images"


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGNB_LANGUAGE", "en")
    monkeypatch.setenv("REGNB_HUB", "samples")


def save(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["hub", "save", "--to", str(folder), *words])


@pytest.fixture
def served(folder: Path) -> Iterator[str]:
    """The address of a machine that serves what was saved."""
    assert save(folder, "nginx", "alpine").exit_code == 0
    address = f"127.0.0.1:{free_port()}"
    words = ["hub", "serve", str(folder), "--address", address]
    with subprocess.Popen(
        [sys.executable, "-m", "regnb", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        for line in process.stdout:
            if "listening" in line:
                break
        yield address
        process.terminate()


def test_images_are_saved_with_their_digests(folder: Path) -> None:
    result = save(folder, "nginx", "registry:2.6")
    assert result.exit_code == 0, result.output
    assert "a sample of regnb" in result.stdout
    assert offline_hub.saved_in(folder) == {
        "library/nginx": ["latest"],
        "library/registry": ["2.6"],
    }
    again = save(folder, "nginx")
    assert "(0" in again.stdout
    first, second = (re.findall(r"nginx.*(sha256:\w{64})", one.stdout) for one in (result, again))
    assert first == second != []


def test_sample_that_nobody_asked_for_is_not_saved(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = HubPlaces(f"127.0.0.1:{free_port()}", mirrors=())
    monkeypatch.setattr(offline_hub, "HubPlaces", lambda: nowhere)
    monkeypatch.delenv("REGNB_HUB")
    result = save(folder, "nginx")
    assert result.exit_code == 1
    assert "nginx:latest was not saved" in result.output
    assert not folder.exists()


def test_platform_that_an_image_has_not_is_refused(folder: Path) -> None:
    result = save(folder, "alpine", "--platform", "plan9/mips")
    assert result.exit_code == 1
    assert "plan9/mips" in result.output
    assert "linux/amd64" in result.output
    assert not folder.exists()


def test_image_of_another_registry_is_refused(folder: Path) -> None:
    result = save(folder, "nginx", "ghcr.io/someone/thing")
    assert result.exit_code == 1
    assert "not on Docker Hub" in result.stderr
    assert not folder.exists()


def test_image_that_does_not_exist_is_told(folder: Path) -> None:
    result = save(folder, "nothing-of-this-name")
    assert result.exit_code == 1
    assert "`nothing-of-this-name:latest`" in result.stderr


def test_empty_folder_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["hub", "serve", str(tmp_path)])
    assert result.exit_code == 1
    assert "no images" in result.stderr


def test_room_reads_and_does_not_write(served: str) -> None:
    with RegistryClient(f"http://{served}") as client:
        index = client.get_manifest("library/alpine", "latest")
        assert isinstance(index, ImageIndex)
        there = brought(client, index)
        images = {entry.digest: str(entry.platform) for entry in index.images}
        assert {images[one] for one in there & images.keys()} == {"linux/amd64", "linux/arm64/v8"}
        attested = {entry.attested for entry in index.manifests if entry.digest in there}
        assert attested == {None} | (there & images.keys())
        with pytest.raises(Unsupported):
            client.put_manifest("x", "1", index.content, media_type=index.media_type)


def brought(client: RegistryClient, index: ImageIndex) -> set[Digest]:
    """Digests of the manifests that the room has."""
    found = set()
    for entry in index.manifests:
        with contextlib.suppress(ManifestNotFound):
            found.add(client.get_manifest("library/alpine", entry.digest).digest)
    return found


def test_learner_pulls_from_the_room(
    served: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = {
        "ENGINE": "embedded",
        "HUB": f"http://{served}",
        "HOME": str(tmp_path / "home"),
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"REGNB_{name}", value)
    place = Place.default(os.environ)
    try:
        open_lab("en").pull("nginx")
        assert f"but from `{served}`, as `REGNB_HUB` says" in capsys.readouterr().out
        with find_engine() as engine:
            assert [image.tag for image in engine.images()] == ["latest"]
    finally:
        background.stop(place)


def test_doctor_asks_the_room(served: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REGNB_ENGINE", "embedded")
    monkeypatch.setenv("REGNB_HOME", str(tmp_path / "home"))
    expected = {
        f"http://{served}": "answers in its place",
        f"http://127.0.0.1:{free_port()}": "does not answer",
        served: "is no address",
    }
    try:
        for hub, told in expected.items():
            monkeypatch.setenv("REGNB_HUB", hub)
            assert told in CliRunner().invoke(main, ["doctor"]).stdout
            background.stop(Place.default(os.environ))
    finally:
        background.stop(Place.default(os.environ))
