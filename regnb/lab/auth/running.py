"""The token server that runs beside the lab, in this process, on loopback."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack, suppress

from regnb.engine.ports import is_free, ports_of_lab
from regnb.errors import NoTokenServer, PortTaken
from regnb.lab.auth.token_server import PATH, TokenServer
from regnb.lab.auth.tokens import Issuer, Rights, Scope, Token
from regnb.lab.auth.users import Users
from regnb.lab.folder import Folder
from regnb.web.http_server import serving

_PORT = "token/port"


class TokenService:
    """Starts the server once, stops it, and knows where it listens."""

    def __init__(self, folder: Folder, users: Users, issuer: Issuer) -> None:
        self._folder = folder
        self._users = users
        self.issuer = issuer
        self._app: TokenServer | None = None
        self._stack = ExitStack()
        self._port = 0

    def run(self, rights: Rights) -> str:
        """Its address, after it was started; one that runs already gets these rights."""
        if self._app is None:
            self._app = TokenServer(self._users, self.issuer, rights)
            self._port = self._serve(self._app)
            self._folder.write(_PORT, str(self._port).encode())
        self._app.rights = rights
        return self.url

    @property
    def url(self) -> str:
        """Where tokens are given; raises NoTokenServer when it does not run."""
        if self._app is None:
            raise NoTokenServer
        return f"http://localhost:{self._port}{PATH}"

    def give(self, user: str, wanted: Iterable[Scope], *, expired: bool = False) -> Token:
        """The token that the server gives `user`; raises NoTokenServer, UserUnknown."""
        if self._app is None:
            raise NoTokenServer
        if user:
            self._users.password_of(user)
        return self.issuer.token(user, self._app.rights.granted(user, wanted), expired=expired)

    def stop(self) -> None:
        """Stop the server, if it runs."""
        self._app = None
        self._stack.close()

    def _serve(self, app: TokenServer) -> int:
        """The port: that of the last time if it is free, for the registry still names it.

        Otherwise the last free one of the lab, far from those of its registries.
        """
        before = int(self._folder.read(_PORT) or b"0")
        ports = ports_of_lab()
        for port in (before, *reversed(ports)):
            if port and is_free(port):
                with suppress(OSError):  # somebody took it between the look and the start
                    return self._stack.enter_context(serving(app, ("127.0.0.1", port))).port
        raise PortTaken(f"Every port down from {ports[-1]} is taken.", subject=str(ports[-1]))
