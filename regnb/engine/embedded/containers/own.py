"""Our own registry as the process of a container."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping

from regnb.server.config import Config
from regnb.server.runner import serve_until_told, server_of

_ROOT = "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY"
_SERVE = "serve"
_LINE = 'time="%(asctime)s" level=%(levelname)s msg="%(message)s"'


def run_own(words: list[str], environment: Mapping[str, str] = os.environ) -> int:
    """Run the registry command `words`; gives the exit code of one that does not serve."""
    if words[0] == _SERVE:
        logging.basicConfig(stream=sys.stdout, level=logging.INFO, format=_LINE)
        config = _config(environment)
        server = server_of(config)
        logging.getLogger(__name__).info("listening on %s", config.address)
        serve_until_told(server)
    print(f"regnb's registry does not know `{words[0]}`", file=sys.stderr)
    return 1


def _config(environment: Mapping[str, str]) -> Config:
    return Config(
        address=environment["REGISTRY_HTTP_ADDR"],
        storage_directory=environment.get(_ROOT, ""),
        delete_enabled=environment.get("REGISTRY_STORAGE_DELETE_ENABLED") == "true",
        read_only="REGISTRY_STORAGE_MAINTENANCE_READONLY" in environment,
    )
