"""How far a learner is: what was passed stays passed, also after a clean-up or in a new kernel."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from regnb.checks.check import Status


class Progress:
    """Statuses of the checks and questions of one learner, kept in `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def statuses(self) -> dict[str, Status]:
        """The best status that each check or question had, by its name; those never seen lack."""
        try:
            stored = json.loads(self.path.read_text("utf-8"))["statuses"].items()
            return {str(name): Status(status) for name, status in stored}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def note(self, name: str, status: Status) -> None:
        """Write down that `name` has `status`, unless it had been passed before."""
        statuses = self.statuses
        if status not in {statuses.get(name), Status.NOT_ATTEMPTED} and (
            statuses.get(name) is not Status.PASSED
        ):
            self._write(statuses | {name: status})

    def _write(self, statuses: Mapping[str, Status]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = self.path.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps({"statuses": statuses}), "utf-8")
        partial.replace(self.path)


def progress_of(lab: str, environment: Mapping[str, str] = os.environ) -> Progress:
    """Progress of the learner whose lab has the identity `lab`."""
    home = environment.get("REGNB_HOME")
    state = Path(home) if home else platformdirs.user_state_path("regnb")
    return Progress(state / "progress" / f"{lab}.json")
