"""The folder of one lab: its certificates, passwords and the like, for this user alone."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from regnb.lab.record import Record


class Folder:
    """Files of mode 0600 in folders of mode 0700, below `path`; the first file makes it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, content: bytes) -> Path:
        """Write the file `name`, such as `authority/ca.crt`; it is whole or as it was before."""
        path = self.path / name
        self._make(path.parent)
        # Two requests to the token server may write the same file at once.
        descriptor, partial = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        return Path(partial).replace(path)

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


def folder_of(record: Record) -> Folder:
    """The folder of the lab that keeps `record`, beside it."""
    return Folder(record.path.with_suffix(""))
