"""The official description of the API, and which of its operations the embedded engine serves."""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from regnb.embedded.api import router, unsupported_routes

# Debian's package docker-doc has them. One for each Docker at hand: 20.10 or 28.5.
FOLDER = Path("/usr/share/doc/docker-doc/api")
VERSIONS = ("1.51", "1.41")
VERSION = next((one for one in VERSIONS if (FOLDER / f"v{one}.yaml.gz").exists()), VERSIONS[-1])
FILE = FOLDER / f"v{VERSION}.yaml.gz"
_PLACE = re.compile(r"<[^>]*>|\{[^}]*\}")


def load() -> dict[str, Any]:
    """The description; skips the test where it is not installed, but never in CI."""
    if not FILE.exists():
        stop = pytest.fail if "CI" in os.environ else pytest.skip
        stop(f"{FILE} is not there: install docker-doc")
    with gzip.open(FILE) as file:
        # The loader in C: the one in Python takes ten times as long.
        description: dict[str, Any] = yaml.load(file, yaml.CSafeLoader)
    return description


def shape(path: str) -> str:
    """`path` with its parameters nameless: ours and the description's have different names."""
    return _PLACE.sub("{}", path)


def routes() -> set[str]:
    """What the embedded engine serves, as `GET /images/{}/json`."""
    refused = {_label(rule) for rule in unsupported_routes.RULES}
    return {_label(rule) for rule in router._RULES} - refused


def _label(rule: Any) -> str:
    method = next(iter(rule.methods - {"HEAD"}), "HEAD")
    return f"{method} {shape(rule.rule)}"


def described(description: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Method and path of each operation by its shape."""
    methods = ("get", "head", "post", "put", "delete")
    return {
        f"{method.upper()} {shape(path)}": (method.upper(), path)
        for path, item in description["paths"].items()
        for method in methods
        if method in item
    }
