"""The table of differences, against the registry of regnb."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from regnb.analysis.differences import DIFFERENCES, Kind, observe
from regnb.oci import Digest
from regnb.registry import RegistryClient
from regnb.server import Config, DirectoryStorage, create_app
from regnb.server.maintenance import collect_garbage
from regnb.web.http_server import serving


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
