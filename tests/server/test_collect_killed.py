"""A registry, or its collector, that is killed in the middle of a collection."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from regnb.oci import ImageManifest
from regnb.registry import RegistryClient, WsgiTransport
from regnb.server import Config, DirectoryStorage, create_app
from regnb.server.maintenance import collect_garbage
from tests.contract.images import push
from tests.contract.registries import DISTRIBUTION, needs_distribution, run_distribution

KEPT, DELETED = 10, 80


def fill(client: RegistryClient) -> dict[str, bytes]:
    """Manifests of the images that stay, by tag; many more are pushed and deleted."""
    for number in range(DELETED):
        client.delete_manifest("gone", push(client, "gone", layer=f"gone {number}".encode()))
    for number in range(KEPT):
        push(client, "kept", f"1.{number}", f"kept {number}".encode())
    return {tag: client.get_manifest("kept", tag).content for tag in client.list_tags("kept")}


def require_whole(client: RegistryClient, kept: dict[str, bytes]) -> None:
    """Every tag leads to the same bytes, and every blob that they name can be read."""
    assert set(client.list_tags("kept")) == set(kept)
    for tag, content in kept.items():
        manifest = client.get_manifest("kept", tag)
        assert isinstance(manifest, ImageManifest)
        assert manifest.content == content
        for blob in (manifest.config, *manifest.layers):
            assert client.get_blob("kept", blob.digest)


def kill_in_the_middle(command: list[str], left: Path, pattern: str) -> bool:
    """Whether `command` was killed after it had removed some files in `left`, not all."""
    total = len(list(left.rglob(pattern)))
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and len(list(left.rglob(pattern))) > total - 5:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def test_collector_of_regnb_killed_loses_nothing_that_a_tag_reaches(tmp_path: Path) -> None:
    storage = DirectoryStorage(tmp_path)
    app = create_app(storage, Config(delete_enabled=True))
    with RegistryClient("http://localhost:5000", transport=WsgiTransport(app)) as client:
        kept = fill(client)
        command = [sys.executable, "-m", "regnb", "collect-garbage", "--storage", str(tmp_path)]
        command += ["--lease-seconds", "0"]
        assert kill_in_the_middle(command, tmp_path / "repositories" / "gone" / "blobs", "*")
        require_whole(client, kept)
    again = create_app(DirectoryStorage(tmp_path), Config(delete_enabled=True))
    with RegistryClient("http://localhost:5000", transport=WsgiTransport(again)) as client:
        require_whole(client, kept)
        left = list(collect_garbage(DirectoryStorage(tmp_path)))
        assert left, "the next collection takes what the killed one left"
        require_whole(client, kept)


@pytest.mark.distribution
@needs_distribution[1]
def test_collector_of_distribution_killed_loses_nothing_that_a_tag_reaches(tmp_path: Path) -> None:
    with run_distribution(tmp_path) as port:
        kept = fill(RegistryClient(f"http://localhost:{port}"))
    command = [str(DISTRIBUTION), "garbage-collect", str(tmp_path / "config.yml")]
    assert kill_in_the_middle(command, tmp_path / "data", "data")
    with run_distribution(tmp_path) as port:
        require_whole(RegistryClient(f"http://localhost:{port}"), kept)
