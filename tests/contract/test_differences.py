"""The table of differences, against the registries that it speaks of."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import get_args

import pytest

from regnb.analysis.differences import DIFFERENCES, Kind, observe
from regnb.oci import Digest
from regnb.registry import RegistryClient
from regnb.server import Config, DirectoryStorage, create_app
from regnb.server.garbage_collection import collect_garbage
from regnb.web.http_server import serving
from tests.contract.registries import DISTRIBUTION, needs_distribution, run_distribution

CACHE = "cache: {blobdescriptor: inmemory}, "  # as in the official image


@pytest.mark.distribution
@needs_distribution[1]
def test_distribution_2_does_what_the_table_says(tmp_path: Path) -> None:
    with run_distribution(tmp_path, storage=CACHE) as port:
        config = str(tmp_path / "config.yml")

        def collect() -> None:
            command = [str(DISTRIBUTION), "garbage-collect", config]
            subprocess.run(command, check=True, capture_output=True)

        observed = observe(RegistryClient(f"http://localhost:{port}"), collect)
    assert observed == {row.behaviour: row.distribution_2 for row in DIFFERENCES}


def test_regnb_does_what_the_table_says(tmp_path: Path) -> None:
    storage = DirectoryStorage(tmp_path)
    with serving(create_app(storage, Config(delete_enabled=True))) as server:
        client = RegistryClient(f"http://localhost:{server.port}")
        observed = observe(client, lambda: list(collect_garbage(storage)))
    assert observed == {row.behaviour: row.regnb for row in DIFFERENCES}


def test_manifest_that_is_refused_is_no_image_with_a_hole(tmp_path: Path) -> None:
    storage = DirectoryStorage(tmp_path)

    def take_every_layer() -> None:
        for repository in storage.all():
            repository.delete_blob(Digest.of(b"a layer of a push that is not finished"))

    with serving(create_app(storage, Config(delete_enabled=True))) as server:
        client = RegistryClient(f"http://localhost:{server.port}")
        assert observe(client, take_every_layer)["push_meanwhile"] == "refused"


def test_each_row_tells_registries_apart() -> None:
    for row in DIFFERENCES:
        assert len({row.of(kind) for kind in get_args(Kind)}) > 1
