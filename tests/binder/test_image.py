"""What mybinder.org would build from the repository, as far as repo2docker says without an engine.

It runs as a program: that is what Binder runs, and its warnings are not ours to mend.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def plan(repository: Path) -> subprocess.CompletedProcess[str]:
    """repo2docker's Dockerfile (stdout) and log (stderr) for `repository`.

    The options are those of mybinder.org, which refuses a repository with no environment:
    https://github.com/jupyterhub/mybinder.org-deploy/blob/main/mybinder/values.yaml
    """
    options = ["--no-build", "--user-id=1000", "--user-name=jovyan"]
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "repo2docker",
            *options,
            "--Repo2Docker.default_buildpack=None",
            ".",
        ],
        cwd=repository,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A repository with what Binder reads of ours."""
    shutil.copytree(ROOT / "binder", tmp_path / "binder")
    return tmp_path


def pin_loosely(copy: Path) -> None:
    file = copy / "binder" / "environment.yml"
    file.write_text(file.read_text("utf-8").replace("python=3.12", "python>=3.12"), "utf-8")


def test_image_has_our_python_environment_and_scripts() -> None:
    done = plan(ROOT)
    assert done.returncode == 0, done.stderr
    assert "3-2e12-2dlinux-2d64-2elock" in done.stdout  # -3.12-linux-64.lock, as it escapes names
    assert '--file "binder/environment.yml"' in done.stdout
    assert "\nRUN ./binder/postBuild\n" in done.stdout
    assert 'R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in done.stdout
    assert "Python version unspecified" not in done.stderr


def test_image_without_environment_is_refused(copy: Path) -> None:
    (copy / "binder" / "environment.yml").unlink()
    done = plan(copy)
    assert done.returncode == 1
    assert "No environment specification found" in done.stderr


@pytest.mark.parametrize(
    ("spoil", "lost"),
    [
        (pin_loosely, "3-2e12-2dlinux-2d64-2elock"),
        (lambda copy: (copy / "binder" / "postBuild").unlink(), "RUN ./binder/postBuild"),
        (lambda copy: (copy / "binder" / "start").unlink(), "R2D_ENTRYPOINT="),
    ],
    ids=["python not pinned", "no postBuild", "no start"],
)
def test_image_of_a_spoilt_copy_lacks_a_part(
    copy: Path, spoil: Callable[[Path], None], lost: str
) -> None:
    assert lost in plan(copy).stdout
    spoil(copy)
    done = plan(copy)
    assert done.returncode == 0, done.stderr
    assert lost not in done.stdout
