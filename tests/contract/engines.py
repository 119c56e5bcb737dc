"""The engines that the contract is checked on: one line each in `ENGINES`."""

from __future__ import annotations

import pytest

# Each is what `find_engine` is asked for; None is the one that this machine has.
ENGINES = [
    pytest.param("embedded", id="embedded"),
    pytest.param(None, id="docker", marks=pytest.mark.docker),
    pytest.param("podman", id="podman", marks=pytest.mark.podman),
]

# Where engines differ. Podman says nothing of the layers while it pushes them:
SILENT_PUSH = {"podman"}
# and it has Go's words, where Docker has its own, for a file that a container does not have.
NO_SUCH_FILE = {"podman": "no such file or directory"}
