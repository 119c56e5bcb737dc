from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from regnb.embedded import background
from regnb.embedded.background import Place

ROOT = Path(__file__).parents[2]
BINDER = ROOT / "binder"
# PyPI's names where conda-forge has others.
CONDA_NAMES = {
    "docker": "docker-py",
    "isal": "python-isal",
    "prometheus-client": "prometheus_client",
}
ENVIRONMENT = (ROOT / "environment.yml").read_text("utf-8")


def test_the_two_environments_are_equal() -> None:
    assert (BINDER / "environment.yml").read_text("utf-8") == ENVIRONMENT


def test_python_is_pinned_as_binder_reads_it() -> None:
    """repo2docker takes its oldest Python unless this pattern of its own finds a version."""
    assert re.findall(r"python\s*=+\s*([\d.]+)", ENVIRONMENT) == ["3.12"]


def test_environment_has_what_the_package_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needs = [*project["dependencies"], *project["optional-dependencies"]["fast"]]
    # Binder is Linux.
    needs = [text for text in needs if "win32" not in text]
    wanted = {re.split(r"[\s>=<\[]", text)[0].lower() for text in needs}
    listed = set(re.findall(r"^  - ([\w.-]+)", ENVIRONMENT, re.MULTILINE))
    assert {CONDA_NAMES.get(name, name) for name in wanted} <= listed


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_script_can_run(name: str) -> None:
    path = BINDER / name
    content = path.read_bytes()
    assert content.startswith(b"#!/bin/bash\n")
    assert b"\r" not in content
    assert b"set -euo pipefail" in content
    assert path.stat().st_mode & stat.S_IXUSR
    subprocess.run(["bash", "-n", path], check=True)


def test_start_brings_the_engine_up_and_hands_over(tmp_path: Path) -> None:
    folder = str(Path(sys.executable).parent)
    environment = {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "REGNB_HOME": str(tmp_path / "r"),
    }
    place = Place.default(environment)
    try:
        done = subprocess.run(
            [BINDER / "start", "printenv", "DOCKER_HOST"],
            env=environment,
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        assert done.stdout.strip() == place.endpoint
        assert background.status(place) is not None
    finally:
        assert background.stop(place)
