"""The registry that this one caches, and the tokens that it wants.

https://distribution.github.io/distribution/spec/auth/token/
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError
from werkzeug.datastructures import WWWAuthenticate

from regnb.errors import RegnbError
from regnb.outgoing import pool_to
from regnb.server.configuration import UpstreamConfig
from regnb.server.storage_interface import UpstreamFailed

TIMEOUT = urllib3.Timeout(connect=5.0, read=60.0)
# What a token service that says nothing of it means.
# https://distribution.github.io/distribution/spec/auth/token/#token-response-fields
TOKEN_SECONDS = 60
_NO_TOKEN = (HTTPError, RegnbError, ValueError, KeyError, TypeError, AttributeError)


class UpstreamClient:
    """Asks the registry at `config.url`."""

    def __init__(self, config: UpstreamConfig) -> None:
        self._url = config.url.rstrip("/")
        self._user = f"{config.username}:{config.password}" if config.username else ""
        self._pools: dict[tuple[str, str], urllib3.PoolManager] = {}
        self._pool = self._pool_to(config.url)
        self._tokens: dict[str, tuple[float, str]] = {}

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None
    ) -> urllib3.BaseHTTPResponse | None:
        """The answer, not yet read; None for 404. Raises UpstreamFailed."""
        answer = self._request(method, path, {**(headers or {}), **self._known_token(path)})
        if answer.status == 401:
            answer.drain_conn()
            challenge = WWWAuthenticate.from_header(answer.headers.get("WWW-Authenticate"))
            answer = self._request(
                method, path, {**(headers or {}), **self._credentials(challenge, path)}
            )
        if answer.status == 404:
            answer.drain_conn()
            return None
        if answer.status >= 400:
            answer.drain_conn()
            raise UpstreamFailed(f"{self._url}{path} answered {answer.status}.")
        return answer

    def _request(
        self, method: str, path: str, headers: Mapping[str, str]
    ) -> urllib3.BaseHTTPResponse:
        try:
            return self._pool.request(
                method,
                f"{self._url}{path}",
                headers=headers,
                preload_content=False,
                timeout=TIMEOUT,
            )
        except HTTPError as error:
            raise UpstreamFailed(f"{self._url} does not answer: {error}.") from error

    def _known_token(self, path: str) -> dict[str, str]:
        until, token = self._tokens.get(_repository(path), (0.0, ""))
        return {"Authorization": f"Bearer {token}"} if until > time.monotonic() else {}

    def _credentials(self, challenge: WWWAuthenticate | None, path: str) -> dict[str, str]:
        if challenge is None:
            return {}
        if challenge.type != "bearer":
            return self._basic()
        fields = {name: challenge.get(name) for name in ("service", "scope")}
        try:
            realm = challenge.get("realm") or ""
            answer = self._pool_to(realm).request(
                "GET",
                realm,
                fields={name: value for name, value in fields.items() if value},
                headers=self._basic(),
                timeout=TIMEOUT,
            )
            content = json.loads(answer.data)
            token = content.get("token") or content["access_token"]
            seconds = float(content.get("expires_in") or TOKEN_SECONDS)
        except _NO_TOKEN as error:
            raise UpstreamFailed(f"{self._url} gave no token: {error}.") from error
        self._tokens[_repository(path)] = (time.monotonic() + seconds / 2, token)
        return {"Authorization": f"Bearer {token}"}

    def _pool_to(self, url: str) -> urllib3.PoolManager:
        """Another for each server: one may be behind a proxy, or have TLS, and the other not."""
        scheme, host, *_ = urlsplit(url)
        if (scheme, host) not in self._pools:
            self._pools[scheme, host] = pool_to(url, retries=urllib3.Retry(2, redirect=5))
        return self._pools[scheme, host]

    def _basic(self) -> dict[str, str]:
        return urllib3.make_headers(basic_auth=self._user) if self._user else {}


def _repository(path: str) -> str:
    """The part of a path that a token is for."""
    return path.rsplit("/", 2)[0]
