"""A session of Binder: `postBuild`, then `start`, as its user, who has no rights but his home."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from regnb import __version__

ROOT = Path(__file__).parents[2]
USER = 1000
NOT_COPIED = (".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "ci-output")
# No sudo and no new rights in a session: mybinder.org sets allow_privilege_escalation to False.
AS_USER = (
    *("setpriv", f"--reuid={USER}", f"--regid={USER}"),
    *("--clear-groups", "--no-new-privs"),
    "env",  # setpriv itself opens the program that follows it with the rights of root
)
LIST_IMAGES = """
import docker, os
client = docker.DockerClient(os.environ["DOCKER_HOST"])
client.images.pull("nginx", "latest")
print(*[tag for image in client.images.list() for tag in image.tags])
"""
LIST_EXTENSIONS = """
from jupyter_core.paths import jupyter_config_path
from jupyter_server.extension.config import ExtensionConfigManager
found = ExtensionConfigManager(read_config_path=jupyter_config_path()).get_jpserver_extensions()
print(*[name for name, enabled in found.items() if enabled])
"""
FIRST_CELLS = """
import nbclient, nbformat.v4
lines = ["import regnb", "lab = regnb.open_lab('fr')", "lab.run_registry()", "lab.clean_up()"]
cells = [nbformat.v4.new_code_cell(line) for line in [*lines, "print(regnb.__file__)"]]
notebook = nbformat.v4.new_notebook(cells=cells)
nbclient.execute(notebook, cwd="notebooks/fr")
print(notebook.cells[-1].outputs[0].text)
"""

pytestmark = [
    pytest.mark.skipif(
        getattr(os, "geteuid", lambda: 1)() != 0, reason="only root can become another user"
    ),
    pytest.mark.skipif(shutil.which("setpriv") is None, reason="there is no setpriv"),
]


@dataclass(frozen=True, slots=True)
class Session:
    """A user's home, which is the repository, as on Binder."""

    home: Path

    def run(self, *words: str) -> str:
        """What `words` print; fails with their errors."""
        environment = {
            "HOME": str(self.home),
            "PATH": f"{self.home}/.python/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "REGNB_HUB": "samples",
            # Not /run/user/1000: a person of this machine may have an engine there.
            "XDG_RUNTIME_DIR": str(self.home / ".run"),
            # hatchling is taken from the packages at hand, so that no network is needed.
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",
        }
        done = subprocess.run(
            [*AS_USER, *words],
            env=environment,
            cwd=self.home,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def find_python() -> str:
    """A Python of our version that the user can run; ours may lie in root's home."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (Path(sys.executable).resolve(), Path("/usr/bin") / version):
        probe = [*AS_USER, str(candidate), "-c", "import venv"]
        if subprocess.run(probe, check=False, capture_output=True).returncode == 0:
            return str(candidate)
    pytest.skip(f"an unprivileged user can run no {version}")


def packages_for(home: Path) -> Path:
    """Our packages, or a copy in `home` when the user cannot come to them, as below /root."""
    ours = Path(sysconfig.get_path("purelib"))
    probe = [*AS_USER, "test", "-r", str(ours)]
    if subprocess.run(probe, check=False).returncode == 0:
        return ours
    copy = home / ".packages"
    shutil.copytree(ours, copy, symlinks=True)
    for path in (copy, *copy.rglob("*")):
        os.chown(path, USER, USER, follow_symlinks=False)
    return copy


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """A fresh home after `postBuild`; its Python has our packages, but not regnb."""
    python = find_python()
    # Not pytest's folder, which root alone may enter.
    with tempfile.TemporaryDirectory(prefix="regnb-") as folder:
        home = Path(folder)
        shutil.copytree(ROOT, home, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*NOT_COPIED))
        (home / ".run").mkdir(mode=0o700)
        for path in (home, *home.rglob("*")):
            os.chown(path, USER, USER)
        session = Session(home)
        session.run(python, "-m", "venv", "--without-pip", ".python")
        # A plain folder, where no .pth file is read: our own editable regnb stays unseen.
        (packages,) = home.glob(".python/lib/python3*/site-packages")
        (packages / "ours.pth").write_text(f"{packages_for(home)}\n")
        session.run("binder/postBuild")
        try:
            yield session
        finally:
            session.run("python", "-m", "regnb", "engine", "stop")


def test_post_build_installs_the_course_for_the_user(session: Session) -> None:
    words = ("-c", "import os; os.chdir('/'); import regnb; print(regnb.__file__)")
    assert session.run("python", "-P", *words).strip() == str(session.home / "regnb/__init__.py")
    assert session.run(".python/bin/regnb", "--version").split()[-1] == __version__


def test_post_build_lets_jupyter_open_the_course_in_a_language(session: Session) -> None:
    told = session.run("python", "-c", LIST_EXTENSIONS)
    assert "regnb.jupyter" in told.split()


def test_start_gives_a_docker_host_that_answers(session: Session) -> None:
    images = session.run("binder/start", "python", "-c", LIST_IMAGES)
    assert "nginx:latest" in images.split()


def test_start_gives_notebooks_a_lab(session: Session) -> None:
    printed = session.run("binder/start", "python", "-P", "-c", FIRST_CELLS)
    assert printed.strip() == str(session.home / "regnb/__init__.py")


def test_start_makes_a_socket_for_the_user_alone(session: Session) -> None:
    endpoint = session.run("binder/start", "printenv", "DOCKER_HOST").strip()
    socket = Path(endpoint.removeprefix("unix://")).stat()
    assert (socket.st_uid, socket.st_mode & 0o777) == (USER, 0o600)
