"""Small JSON files that are kept for a learner from one kernel to the next."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from regnb.content.atomic_files import replace_file


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where they are: `REGNB_HOME`, else the user's folder for the state of programs."""
    home = environment.get("REGNB_HOME")
    return Path(home) if home else platformdirs.user_state_path("regnb")


def read_json(path: Path) -> dict[str, object]:
    """The object in the file `path`; empty when there is none, or no whole one."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(path: Path, value: Mapping[str, object]) -> None:
    """Make `value` the content of the file `path`: who reads it meanwhile finds old or new."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    replace_file(path, json.dumps(value).encode())
