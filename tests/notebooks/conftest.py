"""The lesson to test with, built once; `compare` runs notebooks as `make test-notebooks` does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import pytest

from regnb.authoring.builder import build_chapter
from regnb.authoring.notebook_files import source_paths

PROJECT = Path(__file__).parent.parent.parent
SETTINGS = PROJECT / "tests" / "notebooks" / "nbval.ini"


class Compare(Protocol):
    def __call__(self, folder: Path, *options: str, package: Path = PROJECT) -> set[str]:
        """The cells that failed: `fr/00_digests.ipynb::Cell 2` is the third code cell there."""


@pytest.fixture(scope="session")
def built_lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lesson") / "notebooks"
    shutil.copytree(Path(__file__).parent / "lesson", folder)
    for source in source_paths(folder):
        build_chapter(source)
    return folder


@pytest.fixture(scope="session")
def compare() -> Compare:
    def run(folder: Path, *options: str, package: Path = PROJECT) -> set[str]:
        command = [sys.executable, "-m", "pytest", "-c", str(SETTINGS), "--rootdir=."]
        done = subprocess.run(
            [*command, "--color=no", *options, str(folder)],
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(package), "REGNB_PROGRESS": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in {0, 1}, done.stdout + done.stderr
        return set(re.findall(r"(?m)^FAILED (.*?::Cell \d+)", done.stdout))

    return run
