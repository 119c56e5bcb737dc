"""A token server: who asks with a good password gets a token for what they may do.

https://distribution.github.io/distribution/spec/auth/token/
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug import Request, Response

from regnb.lab.auth.tokens import LIFETIME, Issuer, Rights, Scope
from regnb.lab.auth.users import Users

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATH = "/token"


class TokenServer:
    """The WSGI app; it reads users anew at each request, and its rights may be exchanged."""

    def __init__(self, users: Users, issuer: Issuer, rights: Rights) -> None:
        self._users = users
        self._issuer = issuer
        self.rights = rights

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path != PATH:
            return Response("Ask /token.\n", 404)
        if request.method != "GET":  # containerd tries OAuth first, and takes a 405 for no
            return Response("Ask with GET.\n", 405)
        user = self._user_of(request)
        if user is None:
            challenge = {"WWW-Authenticate": 'Basic realm="token server"'}
            return _json({"details": "incorrect username or password"}, 401, challenge)
        wanted = Scope.parse_all(request.args.getlist("scope"))
        token = self._issuer.token(user, self.rights.granted(user, wanted))
        seconds = int(LIFETIME.total_seconds())
        return _json(
            {"token": token.value, "access_token": token.value, "expires_in": seconds}, 200, {}
        )

    def _user_of(self, request: Request) -> str | None:
        """Name of the user, empty for nobody in particular; None for a wrong password."""
        given = request.authorization
        if given is None:
            return ""
        name, password = given.username or "", given.password or ""
        return name if given.type == "basic" and self._users.knows(name, password) else None


def _json(value: dict[str, object], status: int, headers: dict[str, str]) -> Response:
    return Response(json.dumps(value), status, headers, content_type="application/json")
