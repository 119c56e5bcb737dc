"""Tokens that another service signs: the registry only verifies them.

https://distribution.github.io/distribution/spec/auth/token/
https://distribution.github.io/distribution/spec/auth/jwt/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import jwt
from cryptography.x509 import load_pem_x509_certificates
from werkzeug.wrappers import Request

from regnb.errors import InvalidConfiguration
from regnb.server.access_control import ResourceActions
from regnb.server.api_errors import UNAUTHORIZED, Problem
from regnb.server.configuration import TokenAuth

ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA"]
LEEWAY_SECONDS = 60


class TokenGuard:
    """Lets in what a valid token allows."""

    def __init__(self, config: TokenAuth) -> None:
        self._config = config
        path = Path(config.root_certificates)
        try:
            certificates = load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError) as error:
            raise InvalidConfiguration("auth.token.rootcertbundle", str(error)) from error
        self._keys = [certificate.public_key() for certificate in certificates]

    def user_of(self, request: Request, wanted: list[ResourceActions]) -> str:
        """Name of the user; raises Problem with UNAUTHORIZED when the token does not allow all."""
        given = request.authorization
        if given is None or given.type != "bearer" or not given.token:
            raise self._refusal(wanted)
        claims = self._claims_of(given.token)
        if claims is None:
            raise self._refusal(wanted, "invalid_token")
        if not all(_allows(claims.get("access"), access) for access in wanted):
            raise self._refusal(wanted, "insufficient_scope")
        return str(claims.get("sub", ""))

    def _claims_of(self, token: str) -> Mapping[str, object] | None:
        for key in self._keys:
            try:
                return jwt.decode(
                    token,
                    key,  # type: ignore[arg-type]  # other kinds of keys fail as they should
                    algorithms=ALGORITHMS,
                    audience=self._config.service,
                    issuer=self._config.issuer,
                    leeway=LEEWAY_SECONDS,
                    options={"require": ["exp"]},
                )
            except (jwt.PyJWTError, TypeError, ValueError):
                continue
        return None

    def _refusal(self, wanted: Iterable[ResourceActions], error: str = "") -> Problem:
        parts = {"realm": self._config.realm, "service": self._config.service}
        if scopes := " ".join(access.scope for access in wanted):
            parts["scope"] = scopes
        if error:
            parts["error"] = error
        challenge = "Bearer " + ",".join(f'{name}="{value}"' for name, value in parts.items())
        return Problem(UNAUTHORIZED, headers={"WWW-Authenticate": challenge})


def _allows(claim: object, wanted: ResourceActions) -> bool:
    """Whether the `access` of a token, a list that anybody may have written, has `wanted`."""
    granted: set[str] = set()
    for entry in claim if isinstance(claim, list) else []:
        if not isinstance(entry, dict) or not isinstance(entry.get("actions"), list):
            continue
        if (entry.get("type"), entry.get("name")) == (wanted.kind, wanted.name):
            granted.update(str(action) for action in entry["actions"])
    return "*" in granted or granted.issuperset(wanted.actions)
