"""Commands in the root of a suite: the machine is out of sight, and the root stays as it was."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.realparts.__main__ import SUITE_PROGRAMS, missing
from tests.realparts.debian import libraries_of
from tests.realparts.marks import needs_real_parts
from tests.realparts.namespaces import python_module, run_apart

pytestmark = [
    *needs_real_parts,
    pytest.mark.skipif(bool(missing(*SUITE_PROGRAMS)), reason="inside a suite there is no other"),
]
# What a root needs for commands that look around and write.
PROGRAMS = ("sh", "touch", "rmdir", "umount", "nsenter", "ls")
FOLDERS = ("proc", "sys", "dev", "etc/ssl/certs", "tmp", "var/cache", "regnb", "root")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root of a few programs of this machine."""
    made = tmp_path / "suite"
    for folder in FOLDERS:
        (made / folder).mkdir(parents=True)
    for name in PROGRAMS:
        binary = Path(shutil.which(name) or name).resolve()
        for path in (binary, *libraries_of(binary)):
            copy = made / str(path).lstrip("/")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
        link = made / "bin" / name
        link.parent.mkdir(exist_ok=True)
        if not link.exists():
            link.symlink_to(binary)
    return made


def run(root: Path, folder: Path, command: str) -> int:
    venv = folder / "kept-venv"
    venv.mkdir(parents=True)
    places = ["--root", str(root), "--venv", str(venv), "--folder", str(folder)]
    return run_apart(python_module("within", *places, "--", "sh", "-c", command), network=True)


def files(root: Path) -> set[Path]:
    return set(root.rglob("*"))


def test_what_a_command_changes_is_gone_with_its_run(root: Path, tmp_path: Path) -> None:
    before = files(root)
    change = "touch /new /regnb/new /regnb/.venv/new && ls /new && rmdir /root && exit 7"
    assert run(root, tmp_path / "run", change) == 7
    assert files(root) == before
    assert not list((tmp_path / "run/kept-venv").iterdir())


def test_machine_is_out_of_sight_also_in_the_namespace(root: Path, tmp_path: Path) -> None:
    """Programs that enter it, as engines enter that of a container, find the same root."""
    run(root, tmp_path / "run", "nsenter --target 1 --mount ls / >/tmp/seen")
    seen = (tmp_path / "run/tmp/seen").read_text("ascii").split()
    assert set(seen) == {path.name for path in root.iterdir()}


def test_command_sees_nothing_of_the_environment_that_names_folders_of_the_machine(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    seen = 'echo "${XDG_CACHE_HOME-none} $HOME $PATH" >/tmp/seen'
    assert run(root, tmp_path / "run", seen) == 0
    assert (tmp_path / "run/tmp/seen").read_text("ascii") == (
        "none /root /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
    )


def test_run_needs_no_more_than_its_folder(root: Path, tmp_path: Path) -> None:
    run(root, tmp_path / "run", "true")
    mounted = subprocess.run(["mount"], check=True, stdout=subprocess.PIPE, text=True).stdout
    assert str(tmp_path) not in mounted
