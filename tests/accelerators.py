"""The compiled packages of the extra `fast`, and a machine that has none of them."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from regnb import compression

COMPILED = ("httptools", "isal")
_USER = "regnb.registry.fast_transport"


@contextmanager
def accelerators(kind: str) -> Iterator[None]:
    """What is run there has them (`compiled`; skips without) or has them not (`plain`)."""
    if kind == "compiled":
        for name in COMPILED:
            pytest.importorskip(name)
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        for name in COMPILED:
            patch.setitem(sys.modules, name, None)
        patch.delitem(sys.modules, _USER, raising=False)
        plain = runpy.run_path(compression.__file__)
        for name in ("open_gzip", "DAMAGE"):
            patch.setattr(compression, name, plain[name])
        yield
