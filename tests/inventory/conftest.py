from __future__ import annotations

from tests.registry.conftest import open_client

__all__ = ["open_client"]
