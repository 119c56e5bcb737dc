"""A container registry that needs nothing but Python, small enough to be read.

It is the distribution specification of OCI, 1.1, and Docker's catalogue:
https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

from __future__ import annotations

from regnb.server.application import App, create_app
from regnb.server.configuration import Config
from regnb.server.directory_storage import DirectoryStorage
from regnb.server.memory_storage import MemoryStorage

__all__ = ["App", "Config", "DirectoryStorage", "MemoryStorage", "create_app"]
