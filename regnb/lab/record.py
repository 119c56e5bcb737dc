"""What the lab pulled and tagged: images carry no label, so their names are written down.

A file per lab, so that a new kernel, or `regnb clean` days later, removes what is the lab's and
leaves what the learner had before.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from regnb.state import read_json, state_folder, write_json


class Record:
    """The names of the images that one lab made, kept in `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def images(self) -> list[str]:
        """References such as `localhost:5000/w3:1.0`, in the order they were made."""
        names = read_json(self.path).get("images")
        return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []

    def add(self, reference: str) -> None:
        """Write `reference` down, once."""
        names = self.images
        if reference not in names:
            write_json(self.path, {"images": [*names, reference]})

    def discard(self, reference: str) -> None:
        """Forget `reference`; the file goes with the last one."""
        names = [name for name in self.images if name != reference]
        if names:
            write_json(self.path, {"images": names})
            return
        self.path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.path.parent.rmdir()


def record_of(lab: str, environment: Mapping[str, str] = os.environ) -> Record:
    """Record of the lab with the identity `lab`."""
    return Record(state_folder(environment) / "labs" / f"{lab}.json")
