"""What the lab pulled and tagged: images carry no label, so their names are written down.

A file per lab, so that a new kernel, or `regnb clean` days later, removes what is the lab's and
leaves what the learner had before.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs


class Record:
    """The names of the images that one lab made, kept in `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def images(self) -> list[str]:
        """References such as `localhost:5000/w3:1.0`, in the order they were made."""
        try:
            names = json.loads(self.path.read_text("utf-8"))["images"]
            return [name for name in names if isinstance(name, str)]
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def add(self, reference: str) -> None:
        """Write `reference` down, once."""
        names = self.images
        if reference not in names:
            self._write([*names, reference])

    def discard(self, reference: str) -> None:
        """Forget `reference`; the file goes with the last one."""
        names = [name for name in self.images if name != reference]
        if names:
            self._write(names)
            return
        self.path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.path.parent.rmdir()

    def _write(self, names: list[str]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = self.path.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps({"images": names}), "utf-8")
        partial.replace(self.path)


def record_of(lab: str, environment: Mapping[str, str] = os.environ) -> Record:
    """Record of the lab with the identity `lab`."""
    home = environment.get("REGNB_HOME")
    state = Path(home) if home else platformdirs.user_state_path("regnb")
    return Record(state / "labs" / f"{lab}.json")
