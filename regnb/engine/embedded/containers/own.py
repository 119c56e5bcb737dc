"""Our own registry as the process of a container."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from regnb.server.config import Config
from regnb.server.runner import serve_until_told, server_of

_ROOT = "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY"
_SERVE = "serve"


def run_own(words: list[str], environment: Mapping[str, str] = os.environ) -> int:
    """Run the registry command `words`; gives the exit code of one that does not serve."""
    if words[0] == _SERVE:
        serve_until_told(server_of(_config(environment)))
    print(f"regnb's registry does not know `{words[0]}`", file=sys.stderr)
    return 1


def _config(environment: Mapping[str, str]) -> Config:
    return Config(
        address=environment["REGISTRY_HTTP_ADDR"],
        storage_directory=environment.get(_ROOT, ""),
        delete_enabled=environment.get("REGISTRY_STORAGE_DELETE_ENABLED") == "true",
        read_only="REGISTRY_STORAGE_MAINTENANCE_READONLY" in environment,
    )
