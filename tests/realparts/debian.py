"""Files of Debian packages, taken without installing them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

# What the images are made of, beside the installed docker-registry.
PACKAGES = ("nginx", "nginx-common", "busybox-static")
# Debian's names that differ from Go's: https://go.dev/doc/install/source#environment
_GO_ARCHITECTURES = {"armhf": "arm", "i386": "386", "ppc64el": "ppc64le"}


def fetch_packages(folder: Path) -> None:
    """Download and unpack PACKAGES into `folder`."""
    folder.mkdir()
    _run("apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", *PACKAGES, folder=folder)
    for archive in sorted(folder.glob("*.deb")):
        _run("dpkg-deb", "--extract", archive.name, ".", folder=folder)


def fetched_version(folder: Path, package: str) -> str:
    """Version of a package in `folder`, which stands in the name of its archive."""
    [archive] = folder.glob(f"{package}_*.deb")
    return unquote(archive.name.split("_")[1])


def mirror() -> str:
    """Address of the mirror of Debian that this machine uses."""
    fields = ("--format", "$(LABEL) $(REPO_URI)", "Created-By: Packages")
    for line in _run("apt-get", "indextargets", *fields).splitlines():
        label, address = line.rsplit(" ", 1)
        if label == "Debian":
            return address
    return "http://deb.debian.org/debian/"


def installed_version(package: str) -> str:
    """Version of an installed package."""
    return _run("dpkg-query", "--show", "--showformat", "${Version}", package)


def architecture() -> str:
    """Architecture of this machine, as images name it."""
    name = _run("dpkg", "--print-architecture").strip()
    return _GO_ARCHITECTURES.get(name, name)


def libraries_of(binary: Path) -> list[Path]:
    """Shared libraries that `binary` loads, and the loader itself, sorted."""
    return sorted(set(_library_paths(_run("ldd", str(binary)))))


def _library_paths(listing: str) -> Iterator[Path]:
    for line in listing.splitlines():
        if "not found" in line:
            raise FileNotFoundError(f"a library is missing on this machine: {line.strip()}")
        yield from (Path(word) for word in line.split() if word.startswith("/"))


def _run(*command: str, folder: Path | None = None) -> str:
    done = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout
