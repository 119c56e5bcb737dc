"""Tokens: who may do what in which repository, for a short while, signed.

https://distribution.github.io/distribution/spec/auth/jwt/
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from regnb.lab.folder import Folder
from regnb.lab.tls.store import Certificates

SERVICE = "regnb registry"
ISSUER = "regnb token server"
LIFETIME = timedelta(minutes=5)
# A registry forgives a clock that is a minute off.
_LONG_OVER = timedelta(minutes=-5)
_SIGNER = "issuer"
_BUNDLE = "token/issuer.crt"
EVERYBODY = ("pull",)


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
