"""Credentials, and the headers they become: Basic, or the tokens of a token server.

https://distribution.github.io/distribution/spec/auth/token/
"""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from regnb import errors
from regnb.registry.address import is_safe, is_url
from regnb.registry.challenges import Challenge, parse_challenges
from regnb.registry.problems import error_for
from regnb.registry.transport import Request, Response

_DEFAULT_LIFETIME = 60.0
_LONGEST = 1e9
# A token is renewed when a tenth of its life is left: it must outlast the request that carries it.
_USED_LIFE = 0.9
_TOKEN_LIMIT = 1 << 20
_PRINTABLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user and a password, or the identity token that a token server gave in place of both."""

    username: str
    password: str = field(repr=False)
    identity_token: str = field(default="", repr=False)

    @property
    def basic(self) -> str:
        """The value of an `Authorization` header, https://www.rfc-editor.org/rfc/rfc7617."""
        pair = f"{self.username}:{self.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


@dataclass(frozen=True, slots=True)
class _Grant:
    header: str
    challenge: Challenge
    expires: float


class Authenticator:
    """Answers challenges, and remembers the answers; safe to use from several threads."""

    def __init__(
        self, send: Callable[[Request], Response], credentials: Credentials | None
    ) -> None:
        self._send = send
        self._credentials = credentials
        self._basic: str | None = None
        self._grants: dict[str, _Grant] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._locks_guard = threading.Lock()

    @property
    def has_credentials(self) -> bool:
        """Whether there is a secret to keep."""
        return self._credentials is not None

    def header_for(self, request: Request) -> str | None:
        """The `Authorization` that the registry wanted the last time; a token that ends is renewed.

        Raises RegistryError when the token server does not give one.
        """
        scope = scope_of(request)
        grant = self._grants.get(scope)
        if grant is None:
            return self._basic
        if time.monotonic() < grant.expires:
            return grant.header
        return self._granted(grant.challenge, scope, refused=grant.header)

    def answer(self, request: Request, refused: str | None, response: Response) -> str | None:
        """The `Authorization` for the challenge in `response`; None when there is none to give."""
        challenges = parse_challenges(response.headers.getlist("WWW-Authenticate"))
        by_scheme = {challenge.scheme: challenge for challenge in reversed(challenges)}
        if "bearer" in by_scheme:
            return self._granted(by_scheme["bearer"], scope_of(request), refused=refused)
        known = self._credentials
        if "basic" in by_scheme and known and not known.identity_token and refused != known.basic:
            self._basic = known.basic
            return self._basic
        return None

    def _granted(self, challenge: Challenge, scope: str, *, refused: str | None) -> str:
        with self._lock(scope):
            known = self._grants.get(scope)
            if known and known.header != refused:  # another thread was faster
                return known.header
            self._grants[scope] = grant = self._ask(challenge, scope)
            return grant.header

    def _lock(self, scope: str) -> threading.Lock:
        with self._locks_guard:
            return self._locks.setdefault(scope, threading.Lock())

    def _ask(self, challenge: Challenge, scope: str) -> _Grant:
        request = self._token_request(challenge, scope)
        asked_at = time.monotonic()
        with self._send(request) as response:
            if response.status != 200:
                raise _refusal(response, request)
            fields = _fields(response.read(_TOKEN_LIMIT), request)
        token = fields.get("token") or fields.get("access_token")
        if not isinstance(token, str) or not _PRINTABLE.fullmatch(token):
            raise request.error(errors.InvalidAnswer, "The token server gave no token.")
        expires = asked_at + _lifetime(fields.get("expires_in")) * _USED_LIFE
        return _Grant(f"Bearer {token}", challenge, expires)

    def _token_request(self, challenge: Challenge, scope: str) -> Request:
        if not is_url(challenge.realm):
            message = "The address of the token server is no URL."
            raise errors.InvalidChallenge(message, status=401, detail=challenge.realm[:200])
        parts = urlsplit(challenge.realm)
        parameters = [("scope", name) for name in challenge.scopes or scope.split()]
        if "service" in challenge.parameters:
            parameters.insert(0, ("service", challenge.parameters["service"]))
        known = self._credentials
        if known and known.identity_token:
            url = parts._replace(fragment="").geturl()
            request = _renewal(url, known.identity_token, parameters)
        else:
            query = "&".join(filter(None, (parts.query, urlencode(parameters))))
            url = parts._replace(query=query, fragment="").geturl()
            request = Request("GET", url, {"Authorization": known.basic} if known else {})
        if known and not is_safe(url):
            raise request.error(errors.CredentialsWithheld, "The token server has no TLS.")
        return request


def _renewal(url: str, token: str, parameters: list[tuple[str, str]]) -> Request:
    """The request for a token in the words of OAuth 2.

    https://distribution.github.io/distribution/spec/auth/oauth/
    """
    form = {name: value for name, value in parameters if name != "scope"}
    form["scope"] = " ".join(value for name, value in parameters if name == "scope")
    form |= {"grant_type": "refresh_token", "refresh_token": token, "client_id": "regnb"}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Request("POST", url, headers, urlencode(form).encode())


def scope_of(request: Request) -> str:
    """The rights that `request` needs, in the words of the token specification."""
    if request.repository:
        actions = {"GET": "pull", "HEAD": "pull", "DELETE": "delete"}
        return f"repository:{request.repository}:{actions.get(request.method, 'pull,push')}"
    return "registry:catalog:*" if urlsplit(request.url).path.endswith("/_catalog") else ""


def _refusal(response: Response, request: Request) -> errors.RegistryError:
    """The error of a token server; without one, an image is not what is missing."""
    error = error_for(response, request)
    if isinstance(error, errors.NotFound):
        return request.error(errors.InvalidAnswer, "There is no token server.", status=error.status)
    return error


def _fields(content: bytes, request: Request) -> dict[str, object]:
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise request.error(errors.InvalidAnswer, "The token server sent no JSON object.")
    return fields


def _lifetime(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _LONGEST:
        return float(value)
    return _DEFAULT_LIFETIME
