"""Commands as a learner runs them, in a process of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent.parent


def run(*words: str, language: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """What a command says where only `language` and `variables` are set."""
    environment = {"REGNB_LANGUAGE": language, "PATH": "", "PYTHONUTF8": "1", **variables}
    return subprocess.run(
        [sys.executable, "-m", "regnb", *words],
        env=environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
