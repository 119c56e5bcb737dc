"""The compressions that the standard library has only since a later Python than the oldest here."""

from __future__ import annotations

import sys

# https://peps.python.org/pep-0784/
if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["zstd"]
