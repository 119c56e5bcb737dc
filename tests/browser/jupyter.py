"""JupyterLab on a copy of the notebooks, on the embedded engine with the samples, for a browser."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from regnb.authoring.reference_engine import reference_engine
from regnb.cli.course_commands import jupyter_environment
from tests.free_port import free_port

PROJECT = Path(__file__).parent.parent.parent
STARTS_WITHIN = 120.0
SETTINGS = "jupyter-settings"


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """The address of a JupyterLab whose root is `folder`, with the notebooks of the course in it.

    `window.jupyterapp` is there, with which a test commands it as a learner's clicks do.
    """
    shutil.copytree(PROJECT / "notebooks", folder / "notebooks")
    _draw_whole_notebooks(folder)
    port = free_port()
    with reference_engine():
        log = (folder / "jupyterlab.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *_arguments(folder, port)],
            cwd=folder,
            env=_environment(folder),
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/api", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            _stop(process)
            log.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _arguments(folder: Path, port: int) -> list[str]:
    return [
        "--no-browser",
        "--allow-root",
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
        "--LabApp.expose_app_in_browser=True",
    ]


def _environment(folder: Path) -> dict[str, str]:
    own = {
        f"JUPYTER_{name}_DIR": str(folder / f"jupyter-{name.lower()}")
        for name in ("CONFIG", "DATA", "RUNTIME")
    }
    own["JUPYTERLAB_SETTINGS_DIR"] = str(folder / SETTINGS)
    # No notebook in English asks JupyterLab to speak English: its menus are not what is tested.
    environment = jupyter_environment("en", {**os.environ, **own})
    environment.pop("REGNB_LANGUAGE")
    environment.pop("REGNB_PROGRESS", None)
    return environment


def _draw_whole_notebooks(folder: Path) -> None:
    """Have cells drawn that are out of sight: a picture of the notebook shows them too."""
    file = folder / SETTINGS / "@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"windowingMode": "none"}), "utf-8")


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:  # also one that is cut off in its midst
            assert process.poll() is None, "JupyterLab ended at its start."
            assert time.monotonic() < end, "JupyterLab does not answer."
            time.sleep(0.2)
        else:
            return
