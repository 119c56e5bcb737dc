"""How far a learner is: what was passed stays passed, also after a clean-up or in a new kernel."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from regnb.checks.check import Status
from regnb.state import read_json, state_folder, write_json


class Progress:
    """Statuses of the checks and questions of one learner, kept in `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def statuses(self) -> dict[str, Status]:
        """The best status that each check or question had, by its name; those never seen lack."""
        stored = read_json(self.path).get("statuses")
        if not isinstance(stored, dict):
            return {}
        try:
            return {name: Status(status) for name, status in stored.items()}
        except ValueError:
            return {}

    def note(self, name: str, status: Status) -> None:
        """Write down that `name` has `status`, unless it had been passed before."""
        statuses = self.statuses
        if status not in {statuses.get(name), Status.NOT_ATTEMPTED} and (
            statuses.get(name) is not Status.PASSED
        ):
            write_json(self.path, {"statuses": statuses | {name: status}})


def progress_of(lab: str, environment: Mapping[str, str] = os.environ) -> Progress:
    """Progress of the learner whose lab has the identity `lab`."""
    return Progress(state_folder(environment) / "progress" / f"{lab}.json")
