"""Users and passwords in a file of `htpasswd -B`.

https://distribution.github.io/distribution/about/configuration/#htpasswd
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from pathlib import Path

import bcrypt
from werkzeug.wrappers import Request

from regnb.server.access_control import ResourceActions
from regnb.server.api_errors import UNAUTHORIZED, Problem
from regnb.server.configuration import Htpasswd

logger = logging.getLogger(__name__)

# A name that nobody has takes as long as a wrong password: the hash of a random one.
_NOBODY = bcrypt.hashpw(secrets.token_bytes(16), bcrypt.gensalt(rounds=5))
_BCRYPT = ("$2a$", "$2b$", "$2y$")
_REMEMBERED = 1000


class HtpasswdGuard:
    """Lets the users of a file in, who may all do everything; the file may change at any time."""

    def __init__(self, config: Htpasswd) -> None:
        self._path = Path(config.path)
        self._realm = config.realm
        self._stamp = 0
        self._users: dict[str, bytes] = {}
        # bcrypt is slow on purpose; what it said yes to is remembered, not the passwords.
        self._secret = secrets.token_bytes(32)
        self._verified: set[bytes] = set()

    def user_of(self, request: Request, wanted: list[ResourceActions]) -> str:  # noqa: ARG002 - all may do all
        """Name of the user; raises Problem with UNAUTHORIZED."""
        given = request.authorization
        if given and given.type == "basic" and self._knows(given.username, given.password):
            return given.username or ""
        challenge = f'Basic realm="{self._realm}"'
        raise Problem(UNAUTHORIZED, headers={"WWW-Authenticate": challenge})

    def _knows(self, user: str | None, password: str | None) -> bool:
        self._load()
        expected = self._users.get(user or "", _NOBODY)
        content = (password or "").encode()
        mark = hmac.digest(self._secret, expected + content, hashlib.sha256)
        if mark in self._verified:
            return True
        # Longer passwords were cut by older versions of bcrypt, and are refused by newer ones.
        if not bcrypt.checkpw(content[:72], expected) or expected is _NOBODY:
            return False
        if len(self._verified) >= _REMEMBERED:
            self._verified.clear()
        self._verified.add(mark)
        return True

    def _load(self) -> None:
        try:
            stamp = self._path.stat().st_mtime_ns
            if stamp == self._stamp:
                return
            lines = self._path.read_text("utf-8").splitlines()
        except (OSError, ValueError):
            logger.exception("%s cannot be read: nobody is let in", self._path)
            lines, stamp = [], 0
        entries = (line.strip().split(":", 1) for line in lines if ":" in line)
        self._users = {
            user: hashed.encode() for user, hashed in entries if hashed.startswith(_BCRYPT)
        }
        self._stamp = stamp
