"""Users and their passwords, tokens, and the token server of the lab.

Passwords are chosen by the lab, kept in its folder, and never shown. The registry reads
`auth/htpasswd`, which has bcrypt hashes only. The program `htpasswd` left the registry's image in
2020, so the hashes are made here (https://github.com/distribution/distribution-library-image/issues/106).

A token says who may do what in which repository, for a short while, and is signed
(https://distribution.github.io/distribution/spec/auth/jwt/). The token server gives one to who asks
with a good password (https://distribution.github.io/distribution/spec/auth/token/).
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bcrypt
import jwt
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from werkzeug import Request, Response

from regnb.engine.ports import is_free, ports_of_lab
from regnb.errors import NoTokenServer, PortTaken, UserUnknown
from regnb.lab.authority import Certificates
from regnb.lab.ownership import Folder
from regnb.web.http_server import serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


# The cost of `htpasswd -B`. The registry computes it anew for each request.
ROUNDS = 5
_PASSWORDS = "passwords.json"
HTPASSWD = "auth/htpasswd"
SERVICE = "regnb registry"
ISSUER = "regnb token server"
LIFETIME = timedelta(minutes=5)
# A registry forgives a clock that is a minute off.
_LONG_OVER = timedelta(minutes=-5)
_SIGNER = "issuer"
_BUNDLE = "token/issuer.crt"
EVERYBODY = ("pull",)
PATH = "/token"
_PORT = "token/port"


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


@dataclass(frozen=True)
class Token:
    """A signed token; its text is a secret as long as it is valid, and never shown."""

    value: str = field(repr=False)

    @property
    def claims(self) -> dict[str, Any]:
        """What it says, in the open: it is signed, not encrypted."""
        found: dict[str, Any] = jwt.decode(self.value, options={"verify_signature": False})
        return found


@dataclass(frozen=True)
class Scope:
    """Actions on a thing: `repository:w3:pull,push`."""

    kind: str
    name: str
    actions: tuple[str, ...]

    @classmethod
    def parse_all(cls, texts: Iterable[str]) -> Iterator[Scope]:
        """Scopes in parameters, of which one may hold several; what is no scope is left out."""
        for text in " ".join(texts).split():
            kind, _, rest = text.partition(":")
            name, _, actions = rest.rpartition(":")
            if kind and name and actions:
                yield cls(kind, name, tuple(actions.split(",")))


@dataclass(frozen=True)
class Rights:
    """Everybody may pull; only the writer of a repository may push to it and delete from it."""

    writers: Mapping[str, str] = field(default_factory=dict)

    def granted(self, user: str, wanted: Iterable[Scope]) -> list[dict[str, object]]:
        """The part of `wanted` that `user` may do (empty: nobody in particular), as claims."""
        return [
            {"type": scope.kind, "name": scope.name, "actions": self._actions(user, scope)}
            for scope in wanted
        ]

    def _actions(self, user: str, scope: Scope) -> list[str]:
        if scope.kind == "registry":  # the catalogue: everybody may read it
            return list(scope.actions)
        is_writer = bool(user) and self.writers.get(scope.name) == user
        allowed = (*EVERYBODY, "push", "delete") if is_writer else EVERYBODY
        return [action for action in scope.actions if action in allowed]


class Issuer:
    """Signs tokens with a key of its own, whose certificate the registry is given."""

    def __init__(self, folder: Folder, certificates: Certificates) -> None:
        self._folder = folder
        self._certificates = certificates

    @property
    def certificate_file(self) -> Path:
        """The certificate alone, for the registry; made when it is first needed."""
        if not self._certificates.has(_SIGNER):
            self._certificates.issue(_SIGNER, [], role="signer")
        path = self._certificates.pair_of(_SIGNER)[0]
        return self._folder.write(_BUNDLE, path.read_bytes())

    def token(
        self, user: str, access: Sequence[Mapping[str, object]], *, expired: bool = False
    ) -> Token:
        """A token that lets `user` do what `access` says; `expired`, it ended minutes ago."""
        certificate = x509.load_pem_x509_certificate(self.certificate_file.read_bytes())
        now = datetime.now(UTC)
        end = now + (_LONG_OVER if expired else LIFETIME)
        claims = {
            "iss": ISSUER,
            "sub": user,
            "aud": SERVICE,
            "iat": end - LIFETIME,
            "nbf": end - LIFETIME,
            "exp": end,
            "jti": secrets.token_urlsafe(12),
            "access": list(access),
        }
        chain = [base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()]
        key = self._certificates.pair_of(_SIGNER)[1].read_bytes()
        return Token(jwt.encode(claims, key, algorithm="ES256", headers={"x5c": chain}))


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
