"""Requests to one registry, one by one: credentials, redirects, errors."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from copy import copy
from dataclasses import replace
from typing import Self
from urllib.parse import quote, urlsplit

from regnb.errors import (
    CredentialsWithheld,
    Denied,
    InvalidReference,
    NotFound,
    RedirectLoop,
    RegistryError,
    Unauthorized,
)
from regnb.oci.reference import is_repository
from regnb.registry.address import check_address, is_safe, origin
from regnb.registry.authentication import Authenticator, Credentials
from regnb.registry.problems import error_for
from regnb.registry.transport import Exchange, OnExchange, ReadsFast, Request, Response, Transport

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_READS = frozenset({"GET", "HEAD"})
_MAX_REDIRECTS = 5
# No answer, and what a GET would not be told in another way.
_TOLD_BY_HEAD = frozenset({0, 401, 404, 429})
# Nearly every part of a path, and `quote` is slow to find that there is nothing to quote.
_PLAIN = re.compile(r"[A-Za-z0-9_.:-]+")


class HttpSession:
    """What the methods of a client share, with its options; safe to use from several threads."""

    def __init__(
        self,
        url: str,
        transport: Transport,
        credentials: Credentials | None,
        timeout: float,
        on_exchange: OnExchange | None,
    ) -> None:
        self.url = check_address(url)
        self.timeout = timeout
        self._transport = transport
        self._on_exchange = on_exchange
        self._authenticator = Authenticator(self._send_for_token, credentials)

    def close(self) -> None:
        """Close the connections of the transport."""
        self._transport.close()

    def for_small_reads(self) -> Self | None:
        """The same by a transport that is better for thousands of small reads; None without one.

        It is to be closed by itself.
        """
        known = self._transport
        fast = known.for_small_reads() if isinstance(known, ReadsFast) else known
        if fast is known:
            return None
        twin = copy(self)
        twin._transport = fast  # noqa: SLF001 - of its own kind
        return twin

    def request(
        self,
        method: str,
        repository: str,
        *path: str,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Request:
        """A request for `path` in `repository`; raises InvalidReference for an impossible name."""
        if not is_repository(repository):
            raise InvalidReference(repository, "bad_repository")
        parts = (part if _PLAIN.fullmatch(part) else quote(part, safe=":") for part in path)
        url = "/".join((self.url, "v2", repository, *parts)) + query
        return Request(method, url, headers or {}, body, repository)

    def exchange(
        self, request: Request, *expected: int, missing: type[NotFound] = NotFound
    ) -> Response:
        """The answer, when its status is one of `expected`; redirects of reads are followed.

        Raises RegistryError.
        """
        request, response = self.follow(request, self.answer)
        if response.status in expected:
            return response
        with response:
            error = error_for(response, request, missing)
        if response.status in _REDIRECTS and request.method in _READS:
            raise request.error(RedirectLoop, "It redirects without end.", status=response.status)
        if isinstance(error, Unauthorized | Denied):
            error.anonymous = not self._authenticator.has_credentials
        raise error

    def head(self, request: Request, missing: type[NotFound]) -> Response:
        """The answer to a HEAD, or to a GET where that is refused; raises as `exchange`.

        It is to be closed without reading its body.
        """
        try:
            return self.exchange(request, 200, missing=missing)
        except RegistryError as error:
            if error.status in _TOLD_BY_HEAD:
                raise
        return self.exchange(replace(request, method="GET"), 200, missing=missing)

    def follow(
        self, request: Request, send: Callable[[Request], Response]
    ) -> tuple[Request, Response]:
        """The answer after redirects, and the request that got it; only reads are redirected."""
        response = send(request)
        for _ in range(_MAX_REDIRECTS):
            if response.status not in _REDIRECTS or request.method not in _READS:
                break
            response.close()
            request = replace(request, url=request.leads_to(response.location))
            response = send(request)
        return request, response

    def answer(self, request: Request) -> Response:
        """The answer to `request`, repeated once with credentials when the registry wants some."""
        if origin(request.url) != origin(self.url):
            return self._send_elsewhere(request)
        header = self._authenticator.header_for(request)
        response = self.send(_authorized(request, header))
        if response.status != 401 or not request.can_be_repeated:
            return response
        with ExitStack() as stack:
            stack.enter_context(response)
            header = self._authenticator.answer(request, header, response)
            if header is None:
                stack.pop_all()
                return response
        return self.send(_authorized(request, header))

    def _send_elsewhere(self, request: Request) -> Response:
        """Storage gets no credentials, and its signed addresses do not travel in plain text."""
        lost_tls = origin(self.url)[0] == "https" and not is_safe(request.url)
        if lost_tls and self._authenticator.has_credentials:
            raise request.error(CredentialsWithheld, "It sends to an address without TLS.")
        return self.send(request)

    def _send_for_token(self, request: Request) -> Response:
        """The answer of a token server, after redirects; no other host gets the password."""
        host = urlsplit(request.url).hostname

        def send(step: Request) -> Response:
            if urlsplit(step.url).hostname != host:
                step = replace(step, headers={})
            elif step.headers and not is_safe(step.url):
                raise step.error(CredentialsWithheld, "The token server has no TLS.")
            return self.send(step)

        return self.follow(request, send)[1]

    def send(self, request: Request) -> Response:
        """The answer, without credentials, whatever its status; raises RegistryError."""
        started = time.monotonic()
        try:
            response = self._transport.send(request.within(self.timeout))
        except Exception:
            # Whatever the network made of it, a stream that could not be read is the first cause.
            if request.failure:
                raise request.failure from None
            raise
        if request.failure:
            raise request.failure
        if self._on_exchange:
            exchange = Exchange.of(request, response, time.monotonic() - started)
            response.copy_to(exchange.response_body)
            self._on_exchange(exchange)
        return response


def _authorized(request: Request, header: str | None) -> Request:
    if header is None:
        return request
    return replace(request, headers={**request.headers, "Authorization": header})
