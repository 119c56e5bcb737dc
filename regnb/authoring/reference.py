"""The engine that stored outputs come from: the same on every machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from regnb.embedded import background

VARIABLE = "REGNB_ENGINE"
SETTINGS = {VARIABLE: "embedded", "REGNB_HUB": "samples", "REGNB_LAB": "course"}


@contextmanager
def reference_engine() -> Iterator[None]:
    """Have notebooks run on an embedded engine of their own, with samples for Docker Hub.

    It starts when a notebook asks for it, and is gone at the end. Neither the proxies of this
    machine nor the settings that its user has for Docker and IPython count. Where `REGNB_ENGINE`
    chooses an engine, that one is used, and all is as the user has it.
    """
    if VARIABLE in os.environ:
        yield
        return
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="regnb-") as folder:
        for name in before:
            if name.lower().endswith("_proxy"):
                del os.environ[name]
        own = {name: str(Path(folder, name.lower())) for name in ("DOCKER_CONFIG", "IPYTHONDIR")}
        os.environ.update(SETTINGS, REGNB_HOME=folder, **own)
        place = background.Place.default()
        try:
            yield
        finally:
            background.stop(place)
            os.environ.clear()
            os.environ.update(before)
