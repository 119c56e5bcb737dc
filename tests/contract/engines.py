"""The engines that the contract is checked on: one line each in `ENGINES`."""

from __future__ import annotations

import pytest

# Each is what `find_engine` is asked for; None is the one that this machine has.
ENGINES = [
    pytest.param("embedded", id="embedded"),
    pytest.param(None, id="docker", marks=pytest.mark.docker),
    pytest.param("podman", id="podman", marks=pytest.mark.podman),
]
