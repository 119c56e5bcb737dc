"""Runs a command in the root of a suite; it runs in a mount namespace of its own.

The root and its `.venv` are kept as they are: what the command changes goes into the folder of the
run, by overlayfs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from tests.realparts.keeping import user_cache
from tests.realparts.suites import PROJECT

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PIP_CACHE = "/var/cache/pip"
_NAMES = ("/etc/resolv.conf", "/etc/hosts")
# Whom the machine trusts, and how pip gets where it wants.
_TRUST = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pip.conf")
# They name what is not in the root.
_LEFT_OUT = ("VIRTUAL_ENV", "TMPDIR", "OLDPWD", "MAKEFLAGS", "PIP_FIND_LINKS")
_LEFT_OUT_PREFIXES = ("XDG_", "PYTHONPATH", "PYTHONHOME", "PYENV_")


def main() -> NoReturn:
    """Become the command."""
    arguments = _parse()
    folder: Path = arguments.folder
    root = folder / "root"
    _overlay(arguments.root, folder, root)
    share_system(root)
    _share_files(root, _TRUST)
    _share_folders(folder, root)
    venv = root / PROJECT.lstrip("/") / ".venv"
    venv.mkdir(exist_ok=True)
    if arguments.make:
        _mount("--bind", arguments.venv, venv)
        # The output is that of the command that comes later.
        os.dup2(2, 1)
    else:
        (folder / "venv").mkdir()
        _overlay(arguments.venv, folder / "venv", venv)
        # To make, it is older than the copy of the project.
        (venv / ".installed").touch()
    enter(root)
    os.chdir(PROJECT)
    os.execvpe(arguments.command[0], arguments.command, _environment())


def share_system(root: Path) -> None:
    """Give to `root` the devices and processes of the machine, and how it finds names."""
    _mount("-t", "proc", "proc", root / "proc")
    _mount("--rbind", "/sys", root / "sys")
    _mount("--rbind", "/dev", root / "dev")
    _share_files(root, _NAMES)


def enter(root: Path) -> None:
    """Make `root` the root of this mount namespace.

    With chroot alone, what enters the namespace of a container would find the machine's own root.
    """
    os.chdir(root)
    old = Path("old-root")
    old.mkdir()
    subprocess.run(["pivot_root", ".", old], check=True)
    os.chdir("/")
    subprocess.run(["umount", "--lazy", "/old-root"], check=True)
    Path("/old-root").rmdir()


def _share_files(root: Path, paths: Iterable[str]) -> None:
    for path in paths:
        here, there = Path(path), root / path.lstrip("/")
        if here.exists():
            there.touch()
            _mount("--bind", here, there)


def _share_folders(folder: Path, root: Path) -> None:
    # An engine keeps its images below /tmp, and cannot do so on an overlay.
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    temporary.chmod(0o1777)
    pip = Path(os.environ.get("PIP_CACHE_DIR") or user_cache() / "pip")
    pip.mkdir(parents=True, exist_ok=True)
    there = root / _PIP_CACHE.lstrip("/")
    there.mkdir(exist_ok=True)
    _mount("--bind", temporary, root / "tmp")
    _mount("--bind", pip, there)


def _overlay(lower: Path, folder: Path, merged: Path) -> None:
    parts = {name: folder / name for name in ("upper", "work")}
    for path in (*parts.values(), merged):
        path.mkdir(exist_ok=True)
    options = f"lowerdir={lower},upperdir={parts['upper']},workdir={parts['work']}"
    _mount("-t", "overlay", "overlay", "-o", options, merged)


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *arguments], check=True)


def _environment() -> dict[str, str]:
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in _LEFT_OUT and not key.startswith(_LEFT_OUT_PREFIXES)
    }
    return kept | {"PATH": _PATH, "HOME": "/root", "PIP_CACHE_DIR": _PIP_CACHE}


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=Path, required=True, help="of the suite, left as it is")
    parser.add_argument("--venv", type=Path, required=True, help="of the suite, left as it is")
    parser.add_argument("--make", action="store_true", help="the command makes the venv")
    parser.add_argument("--folder", type=Path, required=True, help="of the run")
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


if __name__ == "__main__":
    os.umask(0o022)
    main()
