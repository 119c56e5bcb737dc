"""The machine of a teacher, whose `regnb hub serve` is the mirror of the engine of a learner."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.realparts.hub import Server, listening_port
from tests.realparts.processes import running

IMAGES = ("nginx", "alpine")


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """The samples of IMAGES, saved and served as a teacher does it."""
    regnb = [sys.executable, "-m", "regnb", "hub"]
    environment = os.environ | {"REGNB_HUB": "samples", "REGNB_LANGUAGE": "en"}
    saved = str(folder / "room")
    # Its output is not that of the command that has all this around it.
    subprocess.run(
        [*regnb, "save", "--to", saved, *IMAGES],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    command = [*regnb, "serve", saved, "--address", "127.0.0.1:0"]
    with running(command, log=folder / "room.log", environment=environment) as process:
        yield Server(process.wait_for(lambda: listening_port(process.log)), process)
