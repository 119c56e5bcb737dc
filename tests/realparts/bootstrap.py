"""Makes the root of a suite; it runs in a mount namespace of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.realparts.debian import PACKAGES, mirror
from tests.realparts.suites import INSTALLED
from tests.realparts.within import enter, share_system

_NO_SERVICES = "#!/bin/sh\nexit 101\n"
# A mirror may be a while behind: its list is then past its date.
_ANY_DATE = ("-o", "Acquire::Check-Valid-Until=false")
_INSTALL = ("apt-get", "install", "-qq", "--yes", "--no-install-recommends")


def main(suite: str, folder: str) -> None:
    """Fill `folder` with the suite."""
    root = Path(folder)
    subprocess.run(
        ["debootstrap", "--variant=minbase", suite, root, mirror()],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text(_NO_SERVICES)
    policy.chmod(0o755)
    subprocess.run(["mount", "--bind", root, root], check=True)
    share_system(root)
    enter(root)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    unsafe = ("-o", "Dpkg::Options::=--force-unsafe-io")
    for command in (
        ("apt-get", *_ANY_DATE, "update", "-qq"),
        (*_INSTALL, *unsafe, *INSTALLED),
        # What the images of the stand-in for Docker Hub are made of is taken from there.
        (*_INSTALL, "--download-only", "-o", "APT::Keep-Downloaded-Packages=true", *PACKAGES),
    ):
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    os.umask(0o022)
    main(*sys.argv[1:])
