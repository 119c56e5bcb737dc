"""Roots of Debian's suites, each with its own Python, engines and tools, and a `.venv` for each."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.realparts.debian import PACKAGES, mirror
from tests.realparts.keeping import Keeping, kept
from tests.realparts.namespaces import ROOT, python_module, run_apart

SUITES = ("trixie", "sid")
# Of each suite: what `make test` and the real parts need.
INSTALLED = (
    *("ca-certificates", "curl", "make", "procps", "python3", "python3-venv"),
    *("docker.io", "docker-cli", "docker-doc", "docker-registry", "skopeo"),
    *("podman", "crun", "runc", "netavark", "aardvark-dns", "nftables"),
    *("iproute2", "iptables", "util-linux"),
    *("hunspell", "hunspell-fr", "hunspell-en-us"),
)
_PROGRAMS = ("make", "python3", "dockerd", "docker", "podman", "docker-registry", "skopeo", "ip")
# Where a command finds the project, in every suite: `.venv` can then be kept.
PROJECT = "/regnb"
_NOT_COPIED = (".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "ci-output")
# What `.venv` is made of, see the Makefile.
_INSTALLING = ("Makefile", "pyproject.toml", "regnb/__init__.py", "regnb/jupyter/server.json")


@contextmanager
def suite(name: str, folder: Path) -> Iterator[list[str]]:
    """The first words of a command that runs in the suite; what it changes goes into `folder`."""
    root = Keeping(
        name=name,
        ingredients="\n".join([name, mirror(), *INSTALLED, *PACKAGES]).encode(),
        make=lambda new: _bootstrap(name, new),
        is_whole=_has_programs,
    )
    _copy_project(folder)
    with kept(root) as kept_root:
        inside = ["--root", str(kept_root), "--folder", str(folder)]
        venv = Keeping(
            name=f"{name}-venv",
            ingredients=_installing(kept_root),
            make=lambda new: _install(inside, new),
        )
        with kept(venv) as kept_venv:
            yield python_module("within", *inside, "--venv", str(kept_venv), "--")


def _bootstrap(name: str, new: Path) -> None:
    sys.stderr.write(f"Making a root of {name}; it is kept for the next time.\n")
    _succeed(python_module("bootstrap", name, str(new)))


def _has_programs(root: Path) -> bool:
    look = "for program; do command -v $program || exit; done"
    command = ["chroot", str(root), "sh", "-c", look, "sh", *_PROGRAMS]
    return subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0


def _copy_project(folder: Path) -> None:
    ignored = shutil.ignore_patterns(*_NOT_COPIED)
    shutil.copytree(ROOT, folder / "upper" / PROJECT.lstrip("/"), ignore=ignored, symlinks=True)


def _installing(root: Path) -> bytes:
    return b"\n".join([root.name.encode(), *((ROOT / path).read_bytes() for path in _INSTALLING)])


def _install(inside: Sequence[str], new: Path) -> None:
    making = ["--venv", str(new), "--make", "--", "make", ".venv/.installed"]
    _succeed(python_module("within", *inside, *making))


def _succeed(command: Sequence[str]) -> None:
    code = run_apart(command, network=True)
    if code:
        sys.exit(code)
