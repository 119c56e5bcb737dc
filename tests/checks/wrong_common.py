from __future__ import annotations

from regnb.lab import Lab
from tests.checks.wrong import wrong


@wrong("registry-runs", "stopped")
def stop_the_registry(lab: Lab) -> None:
    lab.run_registry()
    lab.engine.stop_container("registry")
