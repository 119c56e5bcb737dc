"""What is of this learner's lab: the label of all that it creates, its record, and its folder.

Images carry no label, so the names of those that the lab pulled and tagged are written down: a
file per lab, so that a new kernel, or `regnb clean` days later, removes what is the lab's and
leaves what the learner had before. The folder has its certificates, passwords and the like, for
this user alone.
"""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from regnb.content.atomic_files import replace_file
from regnb.engine import OWNER_LABEL
from regnb.state import read_json, state_folder, write_json

LABEL = OWNER_LABEL
VARIABLE = "REGNB_LAB"


def lab_id(environment: Mapping[str, str] = os.environ) -> str:
    """Identity of this learner's lab: `REGNB_LAB`, else eight digits of user and home directory.

    A new kernel of the same learner finds the same lab again; another learner on the same engine
    has another one.
    """
    chosen = environment.get(VARIABLE)
    if chosen:
        return chosen
    return hashlib.sha256(f"{_user()}:{Path.home()}".encode()).hexdigest()[:8]


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container may run as a user without a name
        return str(getattr(os, "getuid", int)())


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


class Folder:
    """Files of mode 0600 in folders of mode 0700, below `path`; the first file makes it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, content: bytes) -> Path:
        """Write the file `name`, such as `authority/ca.crt`; it is whole or as it was before."""
        path = self.path / name
        self._make(path.parent)
        # Two requests to the token server may write the same file at once.
        replace_file(path, content, mode=0o600)
        return path

    def read(self, name: str) -> bytes | None:
        """Content of the file `name`; None when there is none."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self) -> bool:
        """Remove the folder with all that is in it; whether there was something."""
        if not self.path.exists():
            return False
        shutil.rmtree(self.path)
        return True

    def _make(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The umask may have taken rights away, and an older folder may have too many.
        while folder != self.path.parent:
            folder.chmod(0o700)
            folder = folder.parent


def own_folder() -> Folder:
    """The folder of this learner's lab, which may not exist."""
    return folder_of(record_of(lab_id()))


def folder_of(record: Record) -> Folder:
    """The folder of the lab that keeps `record`, beside it."""
    return Folder(record.path.with_suffix(""))
