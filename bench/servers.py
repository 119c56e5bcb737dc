"""The two registries, each in a process of its own, on storage that is there already."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.registry_speed import distribution, free_port, regnb, wait_for_answer

__all__ = ["distribution", "regnb", "running"]


@contextmanager
def running(command: Callable[[Path, int], list[str]], store: Path) -> Iterator[int]:
    """The port of a registry on `store`."""
    port = free_port()
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command(store, port), **silent) as process:  # type: ignore[call-overload]
        try:
            wait_for_answer(port)
            yield port
        finally:
            process.terminate()
