"""Users and their passwords: chosen by the lab, kept in its folder, never shown.

The registry reads `auth/htpasswd`, which has bcrypt hashes only. The program `htpasswd` left the
registry's image in 2020, so the hashes are made here
(https://github.com/distribution/distribution-library-image/issues/106).
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import bcrypt

from regnb.errors import UserUnknown
from regnb.lab.folder import Folder

# The cost of `htpasswd -B`. The registry computes it anew for each request.
ROUNDS = 5
_PASSWORDS = "passwords.json"
HTPASSWD = "auth/htpasswd"


class Users:
    """The users of one lab."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    @property
    def names(self) -> list[str]:
        """Names of the users, sorted."""
        return sorted(self._passwords())

    def add(self, name: str) -> None:
        """Give `name` a password; one that has one already keeps it."""
        passwords = self._passwords()
        if name not in passwords:
            passwords[name] = secrets.token_urlsafe(16)
            self._folder.write(_PASSWORDS, json.dumps(passwords).encode())
            lines = [f"{user}:{hashed(password)}\n" for user, password in passwords.items()]
            self._folder.write(HTPASSWD, "".join(lines).encode())

    def password_of(self, name: str) -> str:
        """The password of `name`; raises UserUnknown."""
        try:
            return self._passwords()[name]
        except KeyError:
            raise UserUnknown(name) from None

    def knows(self, name: str, password: str) -> bool:
        """Whether `password` is that of `name`."""
        expected = self._passwords().get(name)
        return expected is not None and secrets.compare_digest(expected.encode(), password.encode())

    @property
    def file(self) -> Path:
        """The file of names and hashes, made when there is none: then nobody is let in."""
        path = self._folder.path / HTPASSWD
        return path if path.exists() else self._folder.write(HTPASSWD, b"")

    def _passwords(self) -> dict[str, str]:
        content = self._folder.read(_PASSWORDS)
        found: dict[str, str] = json.loads(content) if content else {}
        return found


def hashed(password: str) -> str:
    """The bcrypt hash of `password`, as a line of htpasswd has it."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(ROUNDS)).decode()
