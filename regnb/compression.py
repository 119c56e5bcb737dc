"""The compressions of layers and of caches, by the best that there is: isal is optional."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Callable
from typing import cast

# https://peps.python.org/pep-0784/
if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["DAMAGE", "open_gzip", "zstd"]

open_gzip: Callable[[io.BufferedIOBase], io.BufferedIOBase]
_broken: type[Exception]

try:
    from isal import igzip, igzip_lib
except ImportError:  # the extra `fast` is not installed
    open_gzip, _broken = gzip.open, zlib.error
else:
    # Its stub calls the error an instance.
    open_gzip, _broken = igzip.open, cast("type[Exception]", igzip_lib.IsalError)

# https://docs.python.org/3/library/gzip.html#gzip.BadGzipFile and its kin: all are damage to us.
DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error, zstd.ZstdError, _broken)
