"""The table of differences, against the registries that it speaks of."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from regnb.analysis.differences import DIFFERENCES, observe
from regnb.registry import RegistryClient
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
