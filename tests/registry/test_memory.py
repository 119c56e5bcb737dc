from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext

import pytest

from tests.registry.apps import serve
from tests.registry.transfers import registry_of_zeros

LIMIT = 64 << 20


@pytest.mark.parametrize("where", ["in-process", "socket"])
def test_large_blobs_take_little_memory(where: str) -> None:
    """500 MB down and up stay under 64 MiB, the interpreter included."""
    server = serve(registry_of_zeros()) if where == "socket" else nullcontext(None)
    with server as url:
        command = [sys.executable, "-m", "tests.registry.transfers", *filter(None, [url])]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert 0 < int(output) < LIMIT
