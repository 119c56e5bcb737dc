"""The engine that stored outputs come from: the same on every machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from regnb.engine.embedded import background

VARIABLE = "REGNB_ENGINE"
SETTINGS = {VARIABLE: "embedded", "REGNB_HUB": "samples", "REGNB_LAB": "course"}


@contextmanager
def reference_engine() -> Iterator[None]:
    """Have notebooks run on an embedded engine of their own, with samples for Docker Hub.

    It starts when a notebook asks for it, and is gone at the end. Where `REGNB_ENGINE` chooses an
    engine, that one is used.
    """
    if VARIABLE in os.environ:
        yield
        return
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="regnb-") as folder:
        os.environ.update(SETTINGS, REGNB_HOME=folder)
        place = background.Place.default()
        try:
            yield
        finally:
            background.stop(place)
            os.environ.clear()
            os.environ.update(before)
